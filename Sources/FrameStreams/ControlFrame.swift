/// A control frame of Frame Streams (https://farsightsec.github.io/fstrm/), the framing of dnstap.
///
/// On the wire: an escape of four zero octets, a length, the type, and content types for some types; all numbers are
/// big-endian 32-bit words. A data frame is its length and its octets.
package enum ControlFrame: Equatable, Sendable {
  /// The receiver accepts these content types.
  case accept([[UInt8]])
  /// Data frames follow, of this content type.
  case start([UInt8]?)
  /// The stream of data frames has ended.
  case stop
  /// The sender can send these content types.
  case ready([[UInt8]])
  /// The receiver has read everything up to `stop`.
  case finish

  /// Why a control frame cannot be decoded.
  package struct Malformed: Error { package let reason: StaticString }

  private static let contentType: UInt32 = 1
  /// The longest control frame that fstrm accepts, in octets after the length field.
  package static let longest = 512

  package func append(to output: inout [UInt8]) {
    var body: [UInt8] = []
    body.append(bigEndian: number)
    for type in contentTypes {
      body.append(bigEndian: Self.contentType)
      body.append(bigEndian: UInt32(type.count))
      body += type
    }
    output.append(bigEndian: 0)
    output.append(bigEndian: UInt32(body.count))
    output += body
  }

  package var octets: [UInt8] {
    var octets: [UInt8] = []
    append(to: &octets)
    return octets
  }

  private var number: UInt32 {
    switch self {
    case .accept: 1
    case .start: 2
    case .stop: 3
    case .ready: 4
    case .finish: 5
    }
  }

  private var contentTypes: [[UInt8]] {
    switch self {
    case .accept(let types), .ready(let types): types
    case .start(let type): type.map { [$0] } ?? []
    case .stop, .finish: []
    }
  }

  /// Decodes a frame from the octets after the escape and the length.
  package init(body: some RandomAccessCollection<UInt8>) throws(Malformed) {
    var words = WordReader(body)
    guard let number = words.next() else { throw Malformed(reason: "no type") }
    var types: [[UInt8]] = []
    while !words.isAtEnd {
      guard words.next() == Self.contentType, let length = words.next(), let type = words.take(length) else {
        throw Malformed(reason: "not a content type")
      }
      types.append(type)
    }
    switch number {
    case 1: self = .accept(types)
    case 2 where types.count <= 1: self = .start(types.first)
    case 3 where types.isEmpty: self = .stop
    case 4: self = .ready(types)
    case 5 where types.isEmpty: self = .finish
    default: throw Malformed(reason: "unknown type, or wrong content types for it")
    }
  }
}

/// Splits a stream of control frames that arrives in pieces.
package struct ControlFrameReader: Sendable {
  private var octets: [UInt8] = []

  package init() {}

  package mutating func push(_ more: some Sequence<UInt8>) { octets.append(contentsOf: more) }

  /// The next complete frame; nil until all its octets have been pushed.
  package mutating func next() throws(ControlFrame.Malformed) -> ControlFrame? {
    var words = WordReader(octets)
    guard let escape = words.next() else { return nil }
    guard escape == 0 else { throw ControlFrame.Malformed(reason: "a data frame") }
    guard let length = words.next() else { return nil }
    guard length <= ControlFrame.longest else { throw ControlFrame.Malformed(reason: "too long") }
    guard let body = words.take(length) else { return nil }
    octets.removeFirst(8 + Int(length))
    return try ControlFrame(body: body)
  }
}

/// Reads big-endian words one after the other.
private struct WordReader<Octets: RandomAccessCollection<UInt8>> {
  private var rest: Octets.SubSequence

  init(_ octets: Octets) { rest = octets[...] }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func next() -> UInt32? {
    guard rest.count >= 4 else { return nil }
    defer { rest = rest.dropFirst(4) }
    return rest.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
  }

  mutating func take(_ count: UInt32) -> [UInt8]? {
    guard rest.count >= Int(count) else { return nil }
    defer { rest = rest.dropFirst(Int(count)) }
    return Array(rest.prefix(Int(count)))
  }
}

extension [UInt8] {
  package mutating func append(bigEndian word: UInt32) {
    for shift: UInt32 in [24, 16, 8, 0] { append(UInt8(truncatingIfNeeded: word >> shift)) }
  }
}
