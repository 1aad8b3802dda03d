/// The scripts whose letters may be shown in Unicode: those that run from left to right and that a
/// terminal can show letter by letter. Ranges are Unicode's blocks (16.0), without confusable letters.
enum Script {
  case latin, greek, cyrillic, armenian, georgian, ethiopic, hangul, japanese, han
  case devanagari, bengali, gurmukhi, gujarati, oriya, tamil, telugu, kannada, malayalam, sinhala
  case thai, lao, myanmar, khmer

  /// Nil for characters of no such script, including ASCII.
  init?(_ scalar: Unicode.Scalar) {
    switch scalar.value {
    // Without dotless i, kra, n with apostrophe and long s.
    case 0xDF...0xF6, 0xF8...0x130, 0x132...0x137, 0x139...0x148, 0x14A...0x17E, 0x1A0...0x1A1, 0x1AF...0x1B0,
      0x218...0x21B, 0x259, 0x1E02...0x1EF9:
      self = .latin
    case 0x386...0x3CE: self = .greek
    case 0x430...0x481, 0x48A...0x4BF, 0x4C1...0x52F: self = .cyrillic
    case 0x561...0x586: self = .armenian
    case 0x10D0...0x10FA: self = .georgian
    case 0x1200...0x135A: self = .ethiopic
    case 0xAC00...0xD7A3: self = .hangul
    case 0x3041...0x3096, 0x30A1...0x30FA, 0x30FC: self = .japanese
    case 0x3005, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0x20000...0x323AF: self = .han
    case 0x900...0x97F: self = .devanagari
    case 0x980...0x9FF: self = .bengali
    case 0xA00...0xA7F: self = .gurmukhi
    case 0xA80...0xAFF: self = .gujarati
    case 0xB00...0xB7F: self = .oriya
    case 0xB80...0xBFF: self = .tamil
    case 0xC00...0xC7F: self = .telugu
    case 0xC80...0xCFF: self = .kannada
    case 0xD00...0xD7F: self = .malayalam
    case 0xD80...0xDFF: self = .sinhala
    case 0xE00...0xE7F: self = .thai
    case 0xE80...0xEFF: self = .lao
    case 0x1000...0x109F: self = .myanmar
    case 0x1780...0x17FF: self = .khmer
    default: return nil
    }
  }

  /// Whether letters of both may occur in one label: Japanese and Korean may be combined with Han.
  func goes(with other: Script) -> Bool {
    if self == other { return true }
    let pair = (self, other)
    return switch pair {
    case (.han, .japanese), (.japanese, .han), (.han, .hangul), (.hangul, .han): true
    default: false
    }
  }

  /// Whether it may be combined with ASCII letters.
  var goesWithASCII: Bool { self == .latin }

  /// Lower-case letters of other scripts that look like Latin ones: a label that consists of them is not shown in Unicode
  /// (Unicode Technical Standard 39 §4, "whole-script confusables").
  static let latinLookalikes = Set(
    ("асԁеһіјӏорԛѕԝхуъьҽпгѵѡԍ" + "αγηικνορτυχω" + "օոսհցգզւ").unicodeScalars)
}
