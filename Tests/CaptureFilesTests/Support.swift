import CaptureFiles
import TraceModel

/// The packets of a file and its error, if any.
struct Outcome {
  var captures: [Capture] = []
  var error: CaptureFileError?

  /// Reads `octets` in chunks of `size`.
  init(_ octets: [UInt8], pieces size: Int = .max, interfaces: InterfaceNames = InterfaceNames()) {
    var reader = CaptureFileReader(interfaces: interfaces)
    do throws(CaptureFileError) {
      var rest = octets[...]
      while !rest.isEmpty {
        try reader.push(rest.prefix(size)) { captures.append($0.copy) }
        rest = rest.dropFirst(size)
      }
      try reader.finish()
    } catch {
      self.error = error
    }
  }

  /// The packets and the error as text, for comparison.
  var text: String {
    captures.map { capture in
      let owner = capture.attribution.owner
      return
        "\(capture.header.time.nanoseconds) \(capture.header.link.rawValue) \(capture.bytes) \(capture.header.originalLength) "
        + "\(capture.header.direction) \(capture.header.interfaceIndex) \(capture.header.socketCookie) \(capture.header.networkNamespace) "
        + "\(capture.header.segmentSize) \(capture.attribution.method) \(owner.map { "\($0)" } ?? "")"
    }.joined(separator: "\n")
  }
}

/// Builds the octets of a file.
struct Octets {
  enum Order: CaseIterable, Sendable { case little, big }

  let order: Order
  private(set) var all: [UInt8] = []

  init(_ order: Order) { self.order = order }

  mutating func add<Number: FixedWidthInteger>(_ number: Number) {
    let size = Number.bitWidth / 8
    let octets = (0..<size).map { UInt8(truncatingIfNeeded: number >> Number(8 * $0)) }
    all += order == .little ? octets : octets.reversed()
  }

  mutating func add(_ octets: [UInt8]) { all += octets }

  mutating func pad() { while all.count % 4 != 0 { all.append(0) } }
}

/// Classic pcap, built octet by octet.
struct Pcap {
  var octets: Octets

  init(
    _ order: Octets.Order, magic: UInt32 = 0xa1b2_c3d4, link: UInt32 = 1, version: (UInt16, UInt16) = (2, 4)
  ) {
    octets = Octets(order)
    octets.add(magic)
    octets.add(version.0)
    octets.add(version.1)
    for field in [0, 0, 65535, link] as [UInt32] { octets.add(field) }
  }

  mutating func packet(_ bytes: [UInt8], seconds: UInt32, fraction: UInt32, length: UInt32? = nil) {
    for field in [seconds, fraction, UInt32(bytes.count), length ?? UInt32(bytes.count)] { octets.add(field) }
    octets.add(bytes)
  }
}

/// pcapng, built octet by octet.
struct Pcapng {
  var all: [UInt8] = []
  var order: Octets.Order

  typealias Option = (code: UInt16, value: [UInt8])

  init(_ order: Octets.Order) {
    self.order = order
    section(order)
  }

  mutating func section(_ order: Octets.Order, major: UInt16 = 1) {
    self.order = order
    block(0x0a0d_0d0a) { body in
      body.add(UInt32(0x1a2b_3c4d))
      body.add(major)
      body.add(UInt16(0))
      body.add(Int64(-1))
    }
  }

  mutating func interface(link: UInt16 = 1, snap: UInt32 = 0, _ options: [Option] = []) {
    block(1) { body in
      body.add(link)
      body.add(UInt16(0))
      body.add(snap)
      Self.add(options, to: &body)
    }
  }

  mutating func packet(
    _ bytes: [UInt8], interface: UInt32 = 0, time: UInt64 = 0, length: UInt32? = nil, _ options: [Option] = []
  ) {
    block(6) { body in
      for field in [
        interface, UInt32(time >> 32), UInt32(truncatingIfNeeded: time), UInt32(bytes.count),
        length ?? UInt32(bytes.count),
      ] {
        body.add(field)
      }
      body.add(bytes)
      body.pad()
      Self.add(options, to: &body)
    }
  }

  mutating func obsoletePacket(
    _ bytes: [UInt8], interface: UInt16 = 0, time: UInt64, _ options: [Option] = []
  ) {
    block(2) { body in
      body.add(interface)
      body.add(UInt16(0xffff))
      for field in [
        UInt32(time >> 32), UInt32(truncatingIfNeeded: time), UInt32(bytes.count), UInt32(bytes.count),
      ] {
        body.add(field)
      }
      body.add(bytes)
      body.pad()
      Self.add(options, to: &body)
    }
  }

  mutating func simplePacket(_ bytes: [UInt8], length: UInt32) {
    block(3) { body in
      body.add(length)
      body.add(bytes)
    }
  }

  /// Wireshark's process information block.
  mutating func process(_ pid: UInt32, _ options: [Option]) {
    var entry = Octets(.little)
    entry.add(pid)
    Self.add(options, to: &entry)
    var head = Octets(.little)
    head.add(UInt32(3))
    head.add(UInt32(entry.all.count))
    let octets = head.all + entry.all
    block(0xbad) { body in
      body.add(UInt32(32622))
      body.add(octets)
    }
  }

  mutating func darwinProcess(_ pid: UInt32, name: String) {
    block(0x8000_0001) { body in
      body.add(pid)
      Self.add([(2, Array(name.utf8))], to: &body)
    }
  }

  mutating func block(_ type: UInt32, _ write: (inout Octets) -> Void) {
    var body = Octets(order)
    write(&body)
    body.pad()
    var block = Octets(order)
    block.add(type)
    block.add(UInt32(body.all.count + 12))
    block.add(body.all)
    block.add(UInt32(body.all.count + 12))
    all += block.all
  }

  static func add(_ options: [Option], to body: inout Octets) {
    guard !options.isEmpty else { return }
    for option in options {
      body.add(option.code)
      body.add(UInt16(option.value.count))
      body.add(option.value)
      body.pad()
    }
    body.add(UInt32(0))
  }

  func word(_ number: UInt32) -> [UInt8] {
    var octets = Octets(order)
    octets.add(number)
    return octets.all
  }

  func pair(_ pid: UInt32, _ tid: UInt32) -> Option { (8, word(pid) + word(tid)) }

  static func comment(_ text: String) -> Option { (1, Array(text.utf8)) }
}

/// Deterministic, so that a failure can be reproduced.
struct Dice: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
