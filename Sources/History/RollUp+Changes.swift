import TraceModel

extension RollUp {
  /// What one transaction adds, summed up before it is written: most of it is the same name again.
  struct Changes {
    struct Name {
      let text: [UInt8]
      var first: Int64
    }

    struct Pair: Hashable {
      let name: IDCache.Key
      let program: Program
      /// Quicker than the program's texts.
      let number: Int

      static func == (left: Pair, right: Pair) -> Bool {
        left.name == right.name && left.number == right.number
      }

      func hash(into hasher: inout Hasher) {
        hasher.combine(name.low)
        hasher.combine(number)
      }
    }

    struct Triple: Hashable {
      let address: IPAddress
      let pair: Pair
    }

    struct Sum {
      var first: Int64
      var last: Int64
      var count: Int64 = 0
      var failed: Int64 = 0
    }

    private(set) var names: [IDCache.Key: Name] = [:]
    private(set) var asked: [Pair: Sum] = [:]
    private(set) var told: [Triple: Sum] = [:]
    private var programs: [Program: Int] = [:]
    private var lastProgram: (process: ObservedProcess?, program: Program, number: Int)?

    mutating func add(
      _ entry: ExchangeBatch.Entry, name: [UInt8], _ key: IDCache.Key, _ addresses: ArraySlice<IPAddress>
    ) {
      let time = entry.time.nanoseconds
      let program = program(of: entry.attribution.process)
      let pair = Pair(name: key, program: program.program, number: program.number)
      names[key, default: Name(text: name, first: time)].first = min(names[key]?.first ?? time, time)
      asked[pair, default: Sum(first: time, last: time)].add(time, failed: entry.isFailed)
      for address in addresses {
        told[Triple(address: address, pair: pair), default: Sum(first: time, last: time)].add(
          time, failed: false)
      }
    }

    mutating func removeAll() {
      names.removeAll(keepingCapacity: names.count < 1 << 13)
      asked.removeAll(keepingCapacity: asked.count < 1 << 13)
      told.removeAll(keepingCapacity: told.count < 1 << 13)
      programs = [:]
      lastProgram = nil
    }

    private mutating func program(of process: ObservedProcess?) -> (program: Program, number: Int) {
      if let lastProgram, lastProgram.process === process { return (lastProgram.program, lastProgram.number) }
      let program = Program(process)
      let number = programs[program] ?? programs.count
      programs[program] = number
      lastProgram = (process, program, number)
      return (program, number)
    }
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

extension RollUp.Changes {
  /// Adds what a batch says.
  mutating func add(_ batch: borrowing ExchangeBatch) {
    var addresses = batch.addresses[...]
    for entry in batch.entries {
      if let name = batch.name(of: entry) {
        add(entry, name: name, IDCache.Key(name), addresses.prefix(entry.addressCount))
      }
      addresses = addresses.dropFirst(entry.addressCount)
    }
  }
}
