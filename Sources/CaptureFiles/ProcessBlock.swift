import TraceModel

/// A process information block: Wireshark's, in a custom block, or that of Apple's tcpdump.
struct ProcessBlock: Sendable {
  let process: RecordedProcess

  /// The private enterprise number of the Wireshark Foundation.
  static let wireshark: UInt32 = 32622
  /// The entry type of process information in Wireshark's custom blocks.
  static let entryType: UInt32 = 3

  /// Parses the body of a custom block, from its enterprise number on; nil if it is not process
  /// information. An entry is little-endian in any section.
  init?(custom fields: Fields, _ range: Range<Int>) {
    let entry = fields.read(as: .little)
    let start = range.lowerBound
    guard fields.word(start) == Self.wireshark, range.count >= 16, entry.word(start + 4) == Self.entryType
    else { return nil }
    let length = Int(entry.word(start + 8))
    guard length >= 4, length <= range.count - 12 else { return nil }
    process = Self.read(entry, start + 12..<start + 12 + length, .wireshark)
  }

  init(darwin fields: Fields, _ range: Range<Int>) { process = Self.read(fields, range, .darwin) }

  private enum Kind { case wireshark, darwin }

  private static func read(_ fields: Fields, _ range: Range<Int>, _ kind: Kind) -> RecordedProcess {
    var process = RecordedProcess()
    process.pid = Int32(exactly: fields.word(range.lowerBound))
    var (path, user): (String?, String?)
    var arguments: [String]?
    for option in Options(fields: fields, range: range.lowerBound + 4..<range.upperBound) {
      let (at, octets) = (option.range.lowerBound, fields.slice(option.range))
      switch (option.code, octets.count) {
      case (2, _): process.name = TaskName(octets: octets)
      case (_, _) where kind == .darwin: break
      case (3, _): path = String(decoding: octets, as: UTF8.self)
      case (4, _):
        arguments = octets.split(separator: 0, omittingEmptySubsequences: false)
          .map { String(decoding: $0, as: UTF8.self) }
      case (5, 4): process.parentPID = Int32(exactly: fields.word(at)) ?? 0
      case (6, 4): process.credentials.uid = fields.word(at)
      case (7, _): user = String(decoding: octets, as: UTF8.self)
      case (9, 8): process.started = fields.long(at)
      default: break
      }
    }
    if process.name.isEmpty, let path { process.name = RecordedProcess.name(of: path) }
    if path != nil || arguments != nil || user != nil {
      process.details = ProcessDetails(executable: path, arguments: arguments, user: user)
    }
    return process
  }
}

// MARK: Writing

extension ProcessBlock {
  /// What identifies the process of a block.
  struct Subject: Hashable, Sendable {
    private let image: ProcessImage
    private let name: TaskName
    private let executable: String?

    init?(_ attribution: Attribution) {
      guard let owner = attribution.owner else { return nil }
      image = owner.image
      name = owner.name
      executable = attribution.details?.executable
    }
  }

  /// The entry of a custom block for an attribution: the process id and options. Values that are too long are omitted.
  static func entry(_ attribution: Attribution, bootTime: Timestamp) -> [UInt8] {
    guard let owner = attribution.owner else { return [] }
    let details = attribution.details
    var entry: [UInt8] = []
    append(UInt32(bitPattern: owner.identity.pid), to: &entry)
    func add(_ code: UInt16, _ value: [UInt8]) {
      guard !value.isEmpty, value.count <= 65_535 else { return }
      append(code, to: &entry)
      append(UInt16(value.count), to: &entry)
      entry += value
      while entry.count % 4 != 0 { entry.append(0) }
    }
    func add<Number: FixedWidthInteger>(_ code: UInt16, number: Number) {
      var value: [UInt8] = []
      append(number, to: &value)
      add(code, value)
    }
    // Strings are UTF-8.
    add(2, Array(owner.name.description.utf8))
    if let executable = details?.executable { add(3, Array(executable.utf8)) }
    if let arguments = details?.arguments {
      add(4, Array(arguments.map { Array($0.utf8) }.joined(separator: [0])))
    }
    if owner.parentPID > 0 { add(5, number: UInt32(bitPattern: owner.parentPID)) }
    if owner.credentials.uid != Credentials.unknownID { add(6, number: owner.credentials.uid) }
    if let user = details?.user { add(7, Array(user.utf8)) }
    if owner.identity.startTime > 0 {
      let started = bootTime.advanced(byNanoseconds: Int64(clamping: owner.identity.startTime))
      add(9, number: UInt64(clamping: started.nanoseconds))
    }
    append(0 as UInt32, to: &entry)
    return entry
  }

  private static func append<Number: FixedWidthInteger>(_ number: Number, to output: inout [UInt8]) {
    for shift in stride(from: 0, to: Number.bitWidth, by: 8) {
      output.append(UInt8(truncatingIfNeeded: number >> Number(shift)))
    }
  }
}
