import Bytes
package import DNSWire

/// A pattern of octets in which `*` matches any number of them and `?` matches one.
package struct Glob: Hashable, Sendable {
  fileprivate let pattern: [UInt8]

  package init(_ text: String) { pattern = Array(text.utf8) }

  init(_ octets: ArraySlice<UInt8>) { pattern = Array(octets) }

  package func matches(_ text: String) -> Bool { matches(Array(text.utf8)[...]) }

  /// Linear except for backtracking to the last `*`, so no pattern makes it slow.
  package func matches(_ text: ArraySlice<UInt8>) -> Bool {
    var at = text.startIndex
    var index = 0
    var star: (index: Int, at: Int)?
    while at < text.endIndex {
      if index < pattern.count, pattern[index] == UInt8(ascii: "*") {
        star = (index, at)
        index += 1
      } else if index < pattern.count, pattern[index] == UInt8(ascii: "?") || pattern[index] == text[at] {
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
    while index < pattern.count, pattern[index] == UInt8(ascii: "*") { index += 1 }
    return index == pattern.count
  }
}

/// A pattern of a domain name, compared label by label and case-insensitively.
///
/// A first label `*` matches one or more labels; elsewhere `*` and `?` match within a label.
package struct NamePattern: Hashable, Sendable {
  private let labels: [Glob]
  private let takesMore: Bool

  /// Parses `*.example.com`; nil if no domain name can match it.
  package init?(_ text: String) {
    let octets = text.utf8.map(Self.fold)
    var parts =
      text == "." ? [] : octets.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    if let last = parts.last, last.isEmpty { parts.removeLast() }
    guard text == "." || !parts.isEmpty, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
    // A star may match nothing, but a label is not empty and a name is at most 255 octets long.
    let lengths = parts.map { part in max(1, part.count { $0 != UInt8(ascii: "*") }) }
    guard lengths.allSatisfy({ $0 <= 63 }), lengths.reduce(1, { $0 + 1 + $1 }) <= 255 else { return nil }
    takesMore = parts.first == [UInt8(ascii: "*")]
    labels = parts.map(Glob.init)
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
      label.pattern.map { octet in
        switch octet {
        case UInt8(ascii: "*"): one + "*"
        case UInt8(ascii: "?"): one
        default:
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
