import Bytes
package import DNSWire

/// A pattern of octets in which `*` matches any number of them and `?` matches one.
package struct Glob: Hashable, Sendable {
  fileprivate enum Part: Hashable, Sendable {
    /// Any number of octets.
    case any
    case one
    case octet(UInt8)

    init(_ octet: UInt8) {
      switch octet {
      case UInt8(ascii: "*"): self = .any
      case UInt8(ascii: "?"): self = .one
      default: self = .octet(octet)
      }
    }
  }

  fileprivate let parts: [Part]

  package init(_ text: String) { parts = text.utf8.map(Part.init) }

  fileprivate init(_ parts: [Part]) { self.parts = parts }

  package func matches(_ text: String) -> Bool { matches(Array(text.utf8)[...]) }

  /// Linear except for backtracking to the last `*`, so no pattern makes it slow.
  package func matches(_ text: ArraySlice<UInt8>) -> Bool {
    var at = text.startIndex
    var index = 0
    var star: (index: Int, at: Int)?
    while at < text.endIndex {
      if index < parts.count, parts[index] == .any {
        star = (index, at)
        index += 1
      } else if index < parts.count, parts[index] == .one || parts[index] == .octet(text[at]) {
        index += 1
        at += 1
      } else if let last = star {
        star = (last.index, last.at + 1)
        index = last.index + 1
        at = last.at + 1
      } else {
        return false
      }
    }
    while index < parts.count, parts[index] == .any { index += 1 }
    return index == parts.count
  }
}

/// A pattern of a domain name, compared label by label and case-insensitively.
///
/// A first label `*` matches one or more labels; elsewhere `*` and `?` match within a label. Escapes are those of presentation form
/// (RFC 1035 §5.1): `\.` is a dot in a label, `\032` a space, `\*` a star.
package struct NamePattern: Hashable, Sendable {
  private let labels: [Glob]
  private let takesMore: Bool

  /// Parses `*.example.com`; nil if no domain name can match it.
  package init?(_ text: String) {
    guard let parts = Self.parts(text) else { return nil }
    // A star may match nothing, but a label is not empty and a name is at most 255 octets long.
    let lengths = parts.map { part in max(1, part.count { $0 != .any }) }
    guard lengths.allSatisfy({ $0 <= 63 }), lengths.reduce(1, { $0 + 1 + $1 }) <= 255 else { return nil }
    takesMore = parts.first == [.any]
    labels = parts.map(Glob.init)
  }

  /// Those of each label; nil if one is empty, or an escape not complete.
  private static func parts(_ text: String) -> [[Glob.Part]]? {
    guard text != "." else { return [] }
    var labels: [[Glob.Part]] = []
    var label: [Glob.Part] = []
    var rest = Substring(text).utf8
    while let octet = rest.popFirst() {
      switch octet {
      case UInt8(ascii: "."):
        guard !label.isEmpty else { return nil }
        labels.append(label)
        label = []
      case UInt8(ascii: "\\"):
        guard let escaped = rest.takeEscaped() else { return nil }
        label.append(.octet(fold(escaped)))
      default: label.append(Glob.Part(fold(octet)))
      }
    }
    if !label.isEmpty { labels.append(label) }
    return labels.isEmpty ? nil : labels
  }

  package func matches(_ name: NameView) -> Bool {
    var surplus = name.labelCount - labels.count
    guard takesMore ? surplus >= 0 : surplus == 0 else { return false }
    var actual = name.labels
    while surplus > 0 {
      _ = actual.next()
      surplus -= 1
    }
    for pattern in labels {
      guard let label = actual.next() else { return false }
      var folded: [UInt8] = []
      for index in label.indices { folded.append(Self.fold(label[index])) }
      guard pattern.matches(folded[...]) else { return false }
    }
    return true
  }

  /// A regular expression, in the syntax of RE2, for names in presentation form, in lower case and without the final dot.
  package var regularExpression: String {
    guard !labels.isEmpty else { return #"^\.$"# }
    // One octet of a label.
    let one = #"(?:\\[0-9]{3}|\\[^0-9]|[^.\\])"#
    var parts = labels.map { label in
      label.parts.map { part in
        switch part {
        case .any: one + "*"
        case .one: one
        case .octet(let octet):
          ByteWriter.text { $0.append(label: [octet].span) }.map {
            $0.isLetter || $0.isNumber ? String($0) : "\\\($0)"
          }.joined()
        }
      }.joined()
    }
    if takesMore { parts[0] = "\(one)+(?:\\.\(one)+)*" }
    return "^" + parts.joined(separator: #"\."#) + "$"
  }

  /// Names are compared case-insensitively, for ASCII letters only (RFC 4343).
  private static func fold(_ octet: UInt8) -> UInt8 { octet >= 0x41 && octet <= 0x5a ? octet | 0x20 : octet }
}
