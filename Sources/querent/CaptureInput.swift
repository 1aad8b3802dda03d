import CaptureFiles
import TraceModel
import HostSystem
import SystemPackage

/// Reads one capture file, compressed or not, and yields its packets.
struct CaptureInput: ~Copyable {
  let name: String
  private var file: InputFile
  private var reader: CaptureFileReader
  private(set) var packetCount = 0
  /// The first octets, while they are too few to detect compression.
  private var head: [UInt8]? = []
  /// Nil if the file is not compressed.
  private var inflater: Inflater?

  /// How long one step waits for octets, in milliseconds; the caller checks between steps whether to stop.
  private static let stepTimeout: Int32 = 100

  init(_ name: String, interfaces: InterfaceNames) throws(Failure) {
    self.name = name == "-" ? "standard input" : name
    do {
      file = try InputFile(name)
    } catch {
      throw Self.unreadable(name, error)
    }
    reader = CaptureFileReader(interfaces: interfaces)
  }

  /// Throws if a file is missing or not readable. Called before anything is shown.
  static func check(_ name: String) throws(Failure) {
    do {
      try InputFile.check(name)
    } catch {
      throw unreadable(name, error)
    }
  }

  var size: Int64? { file.size }
  var position: Int64 { file.position }

  /// Reads the next octets, and passes the packets that they complete to `body`; false at the end.
  mutating func step(_ body: (borrowing PacketView) -> Void) throws(Failure) -> Bool {
    switch file.read(waiting: Self.stepTimeout) {
    case .timedOut: return true
    case .octets(let octets):
      try take(octets, body)
      return true
    case .end:
      try finish(body)
      return false
    case .failed(let error): throw Self.unreadable(name, error)
    }
  }
}

// MARK: Decompressing

extension CaptureInput {
  private mutating func take(_ octets: ArraySlice<UInt8>, _ body: (borrowing PacketView) -> Void)
    throws(Failure)
  {
    guard let head else { return try decompress(octets, body) }
    let start = head + octets
    guard start.count >= 2 else {
      self.head = start
      return
    }
    self.head = nil
    if start[0] == 0x1f, start[1] == 0x8b {
      do {
        inflater = try Inflater()
      } catch {
        throw Failure(
          "no memory to decompress \(name)", advice: "free memory, or decompress the file first",
          code: .failed)
      }
    }
    try decompress(start[...], body)
  }

  private mutating func decompress(_ octets: ArraySlice<UInt8>, _ body: (borrowing PacketView) -> Void)
    throws(Failure)
  {
    guard inflater != nil else { return try parse(octets, body) }
    var rest = octets
    while let piece = try inflate(&rest) { try parse(piece, body) }
  }

  private mutating func inflate(_ rest: inout ArraySlice<UInt8>) throws(Failure) -> ArraySlice<UInt8>? {
    do {
      return try inflater?.next(&rest) ?? nil
    } catch {
      throw damaged("its compressed data is damaged near octet \(position - Int64(rest.count))")
    }
  }

  private mutating func finish(_ body: (borrowing PacketView) -> Void) throws(Failure) {
    if let head, !head.isEmpty {
      self.head = nil
      try parse(head[...], body)
    }
    if inflater?.isAtEnd == false { throw damaged("its compressed data is cut at octet \(position)") }
    do {
      try reader.finish()
    } catch {
      throw damaged("\(error)")
    }
  }

  private mutating func parse(_ octets: ArraySlice<UInt8>, _ body: (borrowing PacketView) -> Void)
    throws(Failure)
  {
    do {
      var count = 0
      defer { packetCount += count }
      try reader.push(octets) { capture in
        count += 1
        body(capture)
      }
    } catch {
      throw damaged("\(error)")
    }
  }

  private func damaged(_ why: String) -> Failure {
    Failure(
      "\(name): \(why)",
      advice: packetCount == 0
        ? "querent read accepts pcap and pcapng, compressed with gzip or not"
        : "the \(packetCount) packets before this place were read; the rest is lost", code: .damaged)
  }

  private static func unreadable(_ name: String, _ error: Errno) -> Failure {
    Failure(
      "can't read \(name): \(error)", advice: "check its name and permissions", code: .input)
  }
}
