import TraceModel

extension RollUp {
  /// What one transaction adds, summed up before it is written: most of it is the same name again.
  struct Changes {
    struct Name {
      let key: IDCache.Key
      /// Of `texts`.
      let text: Range<Int>
      var first: Int64
    }

    /// A name and a program, by their places in `names` and `programs`.
    struct Pair: Hashable {
      let name: Int32
      let program: Int32

      func hash(into hasher: inout Hasher) {
        hasher.combine(UInt64(UInt32(bitPattern: name)) << 32 | UInt64(UInt32(bitPattern: program)))
      }
    }

    struct Triple: Hashable {
      let address: IPAddress
      let pair: Pair

      func hash(into hasher: inout Hasher) {
        hasher.combine(address.high)
        hasher.combine(address.low ^ UInt64(UInt32(bitPattern: pair.name)) << 32)
      }
    }

    struct Sum {
      var first: Int64
      var last: Int64
      var count: Int64 = 0
      var failed: Int64 = 0
    }

    private(set) var names: [Name] = []
    private(set) var texts: [UInt8] = []
    private(set) var programs: [Program] = []
    private(set) var asked: [Pair: Sum] = [:]
    private(set) var told: [Triple: Sum] = [:]
    private var places: [IDCache.Key: Int32] = [:]
    private var programPlaces: [Program: Int32] = [:]
    private var lastProgram: (process: ObservedProcess?, place: Int32)?

    mutating func add(
      _ entry: ExchangeBatch.Entry, name: Span<UInt8>, _ key: IDCache.Key, _ addresses: ArraySlice<IPAddress>
    ) {
      let time = entry.time.nanoseconds
      let pair = Pair(name: place(of: name, key, at: time), program: place(of: entry.attribution.process))
      asked[pair, default: Sum(first: time, last: time)].add(time, failed: entry.isFailed)
      for address in addresses {
        told[Triple(address: address, pair: pair), default: Sum(first: time, last: time)].add(
          time, failed: false)
      }
    }

    /// Adds what a batch says.
    mutating func add(_ batch: borrowing ExchangeBatch) {
      var addresses = batch.addresses[...]
      for entry in batch.entries {
        if let name = batch.name(of: entry) {
          add(entry, name: name.span, IDCache.Key(name), addresses.prefix(entry.addressCount))
        }
        addresses = addresses.dropFirst(entry.addressCount)
      }
    }

    /// Forgets everything, and keeps the room of an ordinary transaction.
    mutating func removeAll() {
      let isOrdinary = told.capacity <= Self.mostKept && places.capacity <= Self.mostKept
      names.removeAll(keepingCapacity: isOrdinary)
      texts.removeAll(keepingCapacity: isOrdinary)
      asked.removeAll(keepingCapacity: isOrdinary)
      told.removeAll(keepingCapacity: isOrdinary)
      places.removeAll(keepingCapacity: isOrdinary)
      programs = []
      programPlaces = [:]
      lastProgram = nil
    }

    private static let mostKept = 1 << 14
  }
}

extension RollUp.Changes {
  private mutating func place(of name: Span<UInt8>, _ key: IDCache.Key, at time: Int64) -> Int32 {
    if let place = places[key] {
      if time < names[Int(place)].first { names[Int(place)].first = time }
      return place
    }
    let place = Int32(truncatingIfNeeded: names.count)
    let start = texts.count
    for index in name.indices { texts.append(name[index]) }
    names.append(Name(key: key, text: start..<texts.count, first: time))
    places[key] = place
    return place
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
}

extension RollUp.Changes.Sum {
  mutating func add(_ time: Int64, failed: Bool) {
    first = min(first, time)
    last = max(last, time)
    count += 1
    if failed { self.failed += 1 }
  }
}

extension IDCache.Key: Hashable {
  func hash(into hasher: inout Hasher) { hasher.combine(low) }
}
