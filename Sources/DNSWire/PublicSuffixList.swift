import Bytes

/// The names below which registries register domains, as publicsuffix.org lists them.
///
/// Of the list only the part of ICANN's domains is used: below `github.io`, which the private part has, nobody registers a
/// domain at a registry. Takes some 0.4 MiB.
package struct PublicSuffixList: Sendable {
  private struct Rule: OptionSet {
    let rawValue: UInt8
    /// The name itself is a suffix.
    static let plain = Rule(rawValue: 1)
    /// Each name directly below is a suffix.
    static let wildcard = Rule(rawValue: 2)
    /// The name is none, though a wildcard says so.
    static let exception = Rule(rawValue: 4)
  }

  /// By the hash of the name, under this process's key.
  private var rules: [UInt64: Rule] = [:]
  /// The labels of the longest rule.
  private var depth = 1

  /// Without a list: every top-level domain is a suffix, and no other name.
  package init() {}

  /// Reads the list's text (https://publicsuffix.org/list/); nil if there is no rule in it. A line that is no rule is
  /// left out.
  package init?(_ text: [UInt8]) {
    for line in text.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
      if line.starts(with: "// ===END ICANN DOMAINS".utf8) { break }
      if line.starts(with: "//".utf8) { continue }
      // A rule ends at the first white space.
      add(line.prefix { $0 != 0x20 && $0 != 0x09 })
    }
    if rules.isEmpty { return nil }
  }

  /// Whether it has no rules, so that every top-level domain is a suffix, and no other name.
  package var isEmpty: Bool { rules.isEmpty }

  /// The name one label below a public suffix, which somebody has registered; the name itself if it is a suffix or the root.
  @_lifetime(copy name)
  package func registeredDomain(of name: NameView) -> NameView {
    var candidate = name
    var labels = name.labelCount
    while labels > depth + 1, let parent = candidate.parent {
      candidate = parent
      labels -= 1
    }
    // From the longest on: the rule with the most labels prevails.
    var below = candidate
    var rule = rule(of: candidate)
    while labels > 1, let parent = candidate.parent {
      if rule.contains(.exception) { return candidate }
      let next = self.rule(of: parent)
      if rule.contains(.plain) || next.contains(.wildcard) { return below }
      below = candidate
      candidate = parent
      rule = next
      labels -= 1
    }
    return below
  }

  private func rule(of name: NameView) -> Rule { rules[Self.hash(name)] ?? [] }

  private static func hash(_ name: NameView) -> UInt64 {
    var hash = KeyedHash.empty
    name.hash(into: &hash)
    return hash.finish()
  }

  private mutating func add(_ text: ArraySlice<UInt8>) {
    var text = text
    var rule = Rule.plain
    if text.first == UInt8(ascii: "!") {
      text = text.dropFirst()
      rule = .exception
    } else if text.starts(with: "*.".utf8) {
      text = text.dropFirst(2)
      rule = .wildcard
    }
    let labels = String(decoding: text, as: UTF8.self).split(separator: ".").map(Self.asciiLabel)
    guard !labels.isEmpty, let name = OwnedName(labels.joined(separator: ".")) else { return }
    rules[Self.hash(name.view), default: []].insert(rule)
    depth = max(depth, labels.count + (rule == .wildcard ? 1 : 0))
  }

  /// The A-label of a label that the list has in Unicode.
  private static func asciiLabel(_ label: Substring) -> String {
    let scalars = Array(label.unicodeScalars)
    guard scalars.contains(where: { !$0.isASCII }) else { return String(label) }
    return "xn--" + String(decoding: Punycode.encode(scalars), as: UTF8.self)
  }
}
