import Bytes

/// Names in presentation form, and their labels in reverse: `com.example.www`, so that all names below one lie side by side.
enum LabelText {
  /// - Parameter name: in presentation form, without the final dot, in lower case; `.` is the root.
  static func reversed(_ name: Span<UInt8>) -> [UInt8] {
    guard name.count != 1 || name[0] != dot else { return [] }
    var ends: [Int] = []
    var place = 0
    while place < name.count {
      if name[place] == backslash {
        // `\.` or `\046`.
        let isNumber = place + 1 < name.count && 0x30...0x39 ~= name[place + 1]
        place += isNumber ? 4 : 2
      } else {
        if name[place] == dot { ends.append(place) }
        place += 1
      }
    }
    var reversed: [UInt8] = []
    reversed.reserveCapacity(name.count)
    var end = name.count
    for dot in ends.reversed() {
      reversed.append(contentsOf: name.extracting(dot + 1..<end))
      reversed.append(Self.dot)
      end = dot
    }
    reversed.append(contentsOf: name.extracting(..<end))
    return reversed
  }

  private static let dot = UInt8(ascii: ".")
  private static let backslash = UInt8(ascii: "\\")
}
