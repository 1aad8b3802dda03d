import Bytes

extension NameView {
  /// Whether a label is an A-label or pretends to be one: `xn--` (RFC 5890 §2.3.2.1).
  package var hasInternationalLabel: Bool {
    var labels = labels
    while let label = labels.next() {
      if label.isInternational { return true }
    }
    return false
  }

  /// The name with its internationalised labels in Unicode, in lower case and without the final dot; nil when
  /// there is no label that can be shown so.
  ///
  /// A label stays as it is unless it is what IDNA2008 would make of its letters (RFC 5891 §5.4), and nobody
  /// could take it for another: letters of one writing system, none of which only looks like Latin.
  package var unicode: String? {
    var labels = labels
    var text = ByteWriter()
    var hasChanged = false
    while let label = labels.next() {
      if !text.isEmpty { text.append(.dot) }
      if label.isInternational, let scalars = label.safeScalars {
        hasChanged = true
        for scalar in scalars { text.append(text: String(scalar)) }
      } else {
        text.append(label: label)
      }
    }
    return hasChanged ? text.text() : nil
  }
}

// A label's octets.
extension Span<UInt8> {
  fileprivate var isInternational: Bool {
    count > 4 && self[0] | 0x20 == 0x78 && self[1] | 0x20 == 0x6E && self[2] == 0x2D && self[3] == 0x2D
  }

  fileprivate var safeScalars: [Unicode.Scalar]? {
    var encoded: [UInt8] = []
    for index in indices.dropFirst(4) { encoded.append(self[index].lowercased) }
    guard let scalars = Punycode.decode(encoded), Punycode.encode(scalars) == encoded,
      InternationalLabel.isSafe(scalars)
    else { return nil }
    return scalars
  }
}

/// The rules of RFC 5892, on the cautious side, and those of Unicode Technical Standard 39 that need no table.
enum InternationalLabel {
  static func isSafe(_ scalars: [Unicode.Scalar]) -> Bool {
    guard let first = scalars.first, let last = scalars.last, scalars.contains(where: { !$0.isASCII }) else {
      return false
    }
    // RFC 5891 §4.2.3.1 and §4.2.3.2.
    guard first != "-", last != "-", !first.isMark else { return false }
    if scalars.count > 3, scalars[2] == "-", scalars[3] == "-" { return false }
    var script: Script?
    var hasASCIILetter = false
    for scalar in scalars {
      if scalar.isASCII {
        guard scalar.isLetterDigitHyphen else { return false }
        hasASCIILetter = hasASCIILetter || 0x61...0x7A ~= scalar.value
        continue
      }
      guard scalar.isAllowed, let own = Script(scalar) else { return false }
      if let other = script, !other.goes(with: own) { return false }
      // Han goes with either of two that do not go with each other.
      if script == nil || script == .han { script = own }
    }
    guard let script, !hasASCIILetter || script.goesWithASCII else { return false }
    guard scalars.contains(where: \.isOwnLetter) else { return false }
    return true
  }
}

extension Unicode.Scalar {
  fileprivate var isLetterDigitHyphen: Bool {
    0x61...0x7A ~= value || 0x30...0x39 ~= value || value == 0x2D
  }

  fileprivate var isMark: Bool {
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: true
    default: false
    }
  }

  /// A small letter, another letter or its mark, which no normalisation changes (RFC 5892 §2.1, §2.2).
  fileprivate var isAllowed: Bool {
    guard !properties.changesWhenNFKCCaseFolded, !properties.isDefaultIgnorableCodePoint,
      !properties.isDeprecated
    else { return false }
    return switch properties.generalCategory {
    case .lowercaseLetter, .otherLetter, .modifierLetter, .nonspacingMark, .spacingMark: true
    default: false
    }
  }

  /// A letter that shows which writing system it is of.
  fileprivate var isOwnLetter: Bool { !isASCII && !isMark && !Script.latinLookalikes.contains(self) }
}
