import Bytes
import TraceModel

extension RollUp {
  /// What blocks add, summed up before it is written: most of it is the same name again.
  struct Changes {
    struct Name {
      let key: IDCache.Key
      /// Of `texts`.
      let text: Range<Int>
      var first: Int64
    }

    struct Asked {
      /// Places in `names` and `programs`.
      let name: Int32
      let program: Int32
      var failed: Int64 = 0
      var sum: Sum
    }

    struct Told {
      let address: IPAddress
      /// A place in `asked`.
      let asked: Int32
      var sum: Sum
    }

    struct Sum {
      var first: Int64
      var last: Int64
      var count: Int64 = 0
    }

    private(set) var names: [Name] = []
    private(set) var texts: [UInt8] = []
    private(set) var programs: [Program] = []
    private(set) var asked: [Asked] = []
    private(set) var told: [Told] = []
    private var nameIndex = HashIndex()
    private var askedIndex = HashIndex()
    private var toldIndex = HashIndex()
    private var programPlaces: [Program: Int32] = [:]
    private var lastProgram: (process: ObservedProcess?, place: Int32)?

    var isEmpty: Bool { asked.isEmpty }

    /// Whether it shall be written before more is added: so it takes some 4 MiB at most, and one batch more.
    var isLarge: Bool {
      told.count >= Self.mostTold || asked.count >= Self.mostAsked || texts.count >= Self.mostText
    }

    mutating func add(
      _ entry: ExchangeBatch.Entry, name: Span<UInt8>, _ key: IDCache.Key, _ addresses: ArraySlice<IPAddress>
    ) {
      let time = entry.time.nanoseconds
      let place = place(
        name: place(of: name, key, at: time), program: place(of: entry.asker), at: time)
      asked[place].sum.add(time)
      if entry.isFailed { asked[place].failed += 1 }
      for address in addresses { told[self.place(of: address, place, at: time)].sum.add(time) }
    }

    /// Adds what a batch says.
    mutating func add(_ batch: borrowing ExchangeBatch) {
      var addresses = batch.addresses[...]
      for entry in batch.entries {
        if entry.nameCount > 0 {
          let name = batch.name(of: entry)
          add(entry, name: name, IDCache.Key(name), addresses.prefix(Int(entry.addressCount)))
        }
        addresses = addresses.dropFirst(Int(entry.addressCount))
      }
    }

    /// Forgets everything, and keeps the room of an ordinary time.
    mutating func removeAll() {
      let isOrdinary = told.capacity <= 2 * Self.mostTold && texts.capacity <= 2 * Self.mostText
      names.removeAll(keepingCapacity: isOrdinary)
      texts.removeAll(keepingCapacity: isOrdinary)
      asked.removeAll(keepingCapacity: isOrdinary)
      told.removeAll(keepingCapacity: isOrdinary)
      nameIndex.removeAll(keepingCapacity: isOrdinary)
      askedIndex.removeAll(keepingCapacity: isOrdinary)
      toldIndex.removeAll(keepingCapacity: isOrdinary)
      programs = []
      programPlaces = [:]
      lastProgram = nil
    }

    // The indexes double above 32,768 and 16,384.
    private static let fewTold = 2048
    private static let mostTold = 30_000
    private static let mostAsked = 15_000
    private static let mostText = 1 << 19
  }
}

extension RollUp.Changes {
  private mutating func place(of name: Span<UInt8>, _ key: IDCache.Key, at time: Int64) -> Int32 {
    let place = nameIndex.place(key.low, or: names.count) { names[$0].key == key }
    if place == names.count {
      let start = texts.count
      for index in name.indices { texts.append(name[index]) }
      names.append(Name(key: key, text: start..<texts.count, first: time))
    } else if time < names[place].first {
      names[place].first = time
    }
    return Int32(truncatingIfNeeded: place)
  }

  private mutating func place(of process: ObservedProcess?) -> Int32 {
    if let lastProgram, lastProgram.process === process { return lastProgram.place }
    let program = Program(process)
    let place = programPlaces[program] ?? Int32(truncatingIfNeeded: programs.count)
    if place == programs.count {
      programs.append(program)
      programPlaces[program] = place
    }
    lastProgram = (process, place)
    return place
  }

  private mutating func place(name: Int32, program: Int32, at time: Int64) -> Int {
    let hash = Self.hash(UInt64(UInt32(bitPattern: name)), UInt64(UInt32(bitPattern: program)))
    let place = askedIndex.place(hash, or: asked.count) {
      asked[$0].name == name && asked[$0].program == program
    }
    if place == asked.count {
      asked.append(Asked(name: name, program: program, sum: RollUp.Changes.Sum(at: time)))
    }
    return place
  }

  private mutating func place(of address: IPAddress, _ pair: Int, at time: Int64) -> Int {
    let pair = Int32(truncatingIfNeeded: pair)
    let hash = Self.hash(address.high, address.low, UInt64(UInt32(bitPattern: pair)))
    let place = toldIndex.place(hash, or: told.count) {
      told[$0].asked == pair && told[$0].address == address
    }
    if place == told.count {
      // Once it is more than a little, there is room for all of it: doubling would take twice as much.
      if place == Self.fewTold { told.reserveCapacity(Self.mostTold + Self.fewTold) }
      told.append(Told(address: address, asked: pair, sum: RollUp.Changes.Sum(at: time)))
    }
    return place
  }

  private static func hash(_ first: UInt64, _ second: UInt64, _ third: UInt64 = 0) -> UInt64 {
    var hash = KeyedHash.empty
    hash.combine(first)
    hash.combine(second)
    hash.combine(third)
    return hash.finish()
  }
}

extension RollUp.Changes.Sum {
  init(at time: Int64) { self.init(first: time, last: time) }

  mutating func add(_ time: Int64) {
    first = min(first, time)
    last = max(last, time)
    count += 1
  }
}
