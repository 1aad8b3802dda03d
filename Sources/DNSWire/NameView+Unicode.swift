import Bytes

extension NameView {
  /// Whether a label is an A-label or has its prefix: `xn--` (RFC 5890 §2.3.2.1).
  package var hasInternationalLabel: Bool {
    var labels = labels
    while let label = labels.next() {
      if label.isInternational { return true }
    }
    return false
  }

  /// The name with its internationalised labels in Unicode, in lower case and without the final dot; nil if
  /// no label can be shown in Unicode.
  ///
  /// A label is unchanged unless it is the result of IDNA2008 for its letters (RFC 5891 §5.4), and cannot be confused
  /// with another label: the letters are of one script, and not all of them look like Latin letters.
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

// The octets of a label.
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

/// The rules of RFC 5892, strictly applied, and those of Unicode Technical Standard 39 that need no table.
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
      // Han may be combined with either of two scripts that may not be combined with each other.
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

  /// A lower-case letter, another letter or a mark, unchanged by normalisation (RFC 5892 §2.1, §2.2).
  fileprivate var isAllowed: Bool {
    guard !properties.changesWhenNFKCCaseFolded, !properties.isDefaultIgnorableCodePoint,
      !properties.isDeprecated
    else { return false }
    return switch properties.generalCategory {
    case .lowercaseLetter, .otherLetter, .modifierLetter, .nonspacingMark, .spacingMark: true
    default: false
    }
  }

  /// A letter of a known script.
  fileprivate var isOwnLetter: Bool { !isASCII && !isMark && !Script.latinLookalikes.contains(self) }
}
