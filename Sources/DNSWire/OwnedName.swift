import Bytes

/// A domain name in its own memory, without compression.
///
/// Names are compared case-insensitively for ASCII letters (RFC 4343).
package struct OwnedName: Sendable {
  /// Its wire form: labels with their lengths, and the root's zero; at most 255 octets.
  private let wireForm: [UInt8]

  private init(checked wireForm: [UInt8]) { self.wireForm = wireForm }

  package static let root = OwnedName(checked: [0])

  package init(_ name: NameView) {
    var octets: [UInt8] = []
    octets.reserveCapacity(name.wireLength)
    name.writeWire(to: &octets)
    wireForm = octets
  }

  /// Parses octets that are exactly one uncompressed name; nil if they are not.
  package init?(wireForm octets: [UInt8]) {
    guard NameView(wireForm: octets.span) != nil else { return nil }
    wireForm = octets
  }

  /// Parses presentation form; nil if a label is empty or longer than 63 octets, the name longer than
  /// 255, or an escape incomplete. The final dot may be missing: every name is absolute.
  package init?(_ presentation: String) {
    var wireForm: [UInt8] = []
    if presentation != "." {
      var parser = PresentationParser(presentation)
      while !parser.isAtEnd {
        guard let label = parser.label() else { return nil }
        wireForm.append(UInt8(truncatingIfNeeded: label.count))
        wireForm.append(contentsOf: label)
      }
      guard !wireForm.isEmpty else { return nil }
    }
    wireForm.append(0)
    guard wireForm.count <= 255 else { return nil }
    self.wireForm = wireForm
  }

  package var view: NameView {
    @_lifetime(borrow self)
    get {
      NameView(wireForm.span, NameRef(place: 0, wireLength: UInt8(truncatingIfNeeded: wireForm.count)))
    }
  }
}

extension NameView {
  /// Parses octets that are exactly one uncompressed name, as in an EDNS option; nil if they are not.
  @_lifetime(copy octets)
  init?(wireForm octets: Span<UInt8>) {
    var reader = WireReader(octets, to: octets.count, shortage: .truncatedRecord)
    // There is nothing before it, so a pointer has no target.
    guard let ref = try? reader.name(), reader.isAtEnd else { return nil }
    self.init(octets, ref)
  }
}

extension OwnedName: Hashable {
  package static func == (left: OwnedName, right: OwnedName) -> Bool { left.view == right.view }

  package func hash(into hasher: inout Hasher) {
    var hash = KeyedHash.empty
    view.hash(into: &hash)
    hasher.combine(hash.finish())
  }
}

extension OwnedName: CustomStringConvertible {
  package var description: String { view.presentation() }
}

// MARK: Parsing

private struct PresentationParser {
  private var rest: Substring.UTF8View

  init(_ text: String) { rest = Substring(text).utf8 }

  var isAtEnd: Bool { rest.isEmpty }

  /// The octets up to the next unescaped dot, which is skipped.
  mutating func label() -> [UInt8]? {
    var label: [UInt8] = []
    while let octet = rest.popFirst(), octet != .dot {
      if octet == UInt8(ascii: "\\") {
        guard let escaped = rest.takeEscaped() else { return nil }
        label.append(escaped)
      } else {
        label.append(octet)
      }
    }
    return 1...63 ~= label.count ? label : nil
  }
}

extension Substring.UTF8View {
  /// Takes the octet of an escape (RFC 1035 §5.1) behind its backslash: three decimal digits, or one octet for itself. Nil if it is not
  /// complete.
  package mutating func takeEscaped() -> UInt8? {
    guard let first = popFirst() else { return nil }
    guard let hundreds = first.digit else { return first }
    guard let tens = popFirst()?.digit, let ones = popFirst()?.digit else { return nil }
    return UInt8(exactly: Int(hundreds) * 100 + Int(tens) * 10 + Int(ones))
  }
}

extension UInt8 {
  fileprivate var digit: UInt8? { 0x30...0x39 ~= self ? self - 0x30 : nil }
}
