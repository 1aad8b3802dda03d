import DNSWire
import TraceModel

/// The labels of programs: the first 200 names, and `other` for all further ones.
struct ProcessLabels: Sendable {
  /// Names that get a label of their own.
  static let most = 200
  /// Those that are there from the start: nobody is known, and all that found no room.
  static let fixed = ["unknown", "other"]
  /// Characters of a name; a file may state longer ones than the kernel has.
  private static let longest = 128

  private(set) var names = ProcessLabels.fixed
  private var indices = ["unknown": 0, "other": 1]
  /// The labels of images that were looked up last, by pid, since a name takes long to make.
  private var recent = [Recent?](repeating: nil, count: 64)

  private struct Recent {
    let image: ProcessImage
    let hasExecutable: Bool
    let index: Int
  }

  mutating func index(of process: ObservedProcess?) -> Int {
    guard let process else { return 0 }
    let image = process.task.image
    // A file may tell of processes without their start.
    guard image.process.startTime != 0 else { return index(of: Self.name(of: process)) }
    let hasExecutable = process.details?.executable != nil
    let slot = Int(truncatingIfNeeded: image.process.pid) & 63
    if let found = recent[slot], found.image == image, found.hasExecutable == hasExecutable {
      return found.index
    }
    let index = index(of: Self.name(of: process))
    recent[slot] = Recent(image: image, hasExecutable: hasExecutable, index: index)
    return index
  }

  private mutating func index(of name: String) -> Int {
    if let index = indices[name] { return index }
    guard names.count < Self.fixed.count + Self.most else { return 1 }
    indices[name] = names.count
    names.append(name)
    return names.count - 1
  }

  /// The last component of the executable's path, else the task's name; `unknown` where both are empty.
  private static func name(of process: ObservedProcess) -> String {
    let name = process.details?.executableName ?? process.task.name.description
    return name.isEmpty ? fixed[0] : String(name.prefix(longest))
  }
}

/// A fixed list of numbers of a registry with their mnemonics, and `other` for the rest.
protocol RegistryLabels {
  associatedtype Number: Registry
  static var listed: [Number] { get }
  /// The place in `listed` by number, for numbers below its count.
  static var columns: [UInt8] { get }
}

extension RegistryLabels {
  static var count: Int { listed.count + 1 }

  static func label(_ column: Int) -> String { column < listed.count ? listed[column].mnemonic : "other" }

  static func makeColumns() -> [UInt8] {
    var columns = [UInt8](repeating: UInt8(listed.count), count: (listed.map(\.number).max() ?? 0) + 1)
    for (column, value) in listed.enumerated() { columns[value.number] = UInt8(column) }
    return columns
  }

  @inline(__always)
  static func column(_ value: Number?) -> Int {
    guard let number = value?.number, number < columns.count else { return listed.count }
    return Int(columns[number])
  }
}

/// The types of queries that have a label.
enum TypeLabels: RegistryLabels {
  static let listed: [RecordType] = [
    .a, .aaaa, .https, .svcb, .ptr, .cname, .ns, .soa, .mx, .txt, .srv, .naptr, .ds, .dnskey, .tlsa, .caa,
    .sshfp, .any, .axfr, .ixfr,
  ]
  static let columns = makeColumns()
}

/// The response codes that have a label.
enum CodeLabels: RegistryLabels {
  static let listed: [ResponseCode] = [
    .noError, .formatError, .serverFailure, .nameError, .notImplemented, .refused, .nameExists, .rrsetExists,
    .rrsetMissing, .notAuthoritative, .notInZone, .badVersion, .badCookie,
  ]
  static let columns = makeColumns()
}

/// The transports, as in `network.transport`.
enum TransportLabels {
  static let labels = [Transport.udp, .tcp, .udpLite, .unix].map(\.name)
  static let count = 4

  static func column(_ transport: Transport) -> Int {
    switch transport {
    case .udp: 0
    case .tcp: 1
    case .udpLite: 2
    case .unix: 3
    }
  }
}
