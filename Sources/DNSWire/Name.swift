package import Bytes

/// A domain name (RFC 1035 §3.1): where it lies in a message, not a copy of it.
///
/// Two names are equal if they are but for the case of ASCII letters (RFC 4343).
package struct Name: Sendable {
  let wire: Wire
  let offset: Int

  /// A name that was checked at `offset`.
  init(wire: Wire, offset: Int) {
    self.wire = wire
    self.offset = offset
  }

  /// Where its first label is: names of one message with one place are the same.
  package var place: Int {
    let octets = wire.span
    var place = offset
    while place + 1 < octets.count, octets[place] >= 0xC0 {
      let target = Int(octets[place] & 0x3F) << 8 | Int(octets[place + 1])
      guard target < place else { break }
      place = target
    }
    return place
  }

  package static let root = Name(wire: Wire([0]), offset: 0)

  package var isRoot: Bool {
    var cursor = LabelCursor(at: offset)
    return cursor.next(in: wire.span) == nil
  }

  /// Without the root's.
  package var labelCount: Int {
    let octets = wire.span
    var cursor = LabelCursor(at: offset)
    var count = 0
    while cursor.next(in: octets) != nil { count += 1 }
    return count
  }

  /// The octets that the name takes without compression, from 1 to 255.
  package var wireLength: Int {
    let octets = wire.span
    var cursor = LabelCursor(at: offset)
    var length = 1
    while let label = cursor.next(in: octets) { length += 1 + label.count }
    return length
  }

  /// The name without its first label; nil for the root.
  package var parent: Name? {
    var cursor = LabelCursor(at: offset)
    guard cursor.next(in: wire.span) != nil else { return nil }
    return Name(wire: wire, offset: cursor.offset)
  }

  /// Whether a letter is upper case, so that `lowercased` text would differ.
  package var hasUpperCase: Bool {
    let octets = wire.span
    var cursor = LabelCursor(at: offset)
    while let label = cursor.next(in: octets) {
      for index in label where octets[index].isUpperCase { return true }
    }
    return false
  }

  /// Whether the name is `other` or lies below it.
  package func isSubdomain(of other: Name) -> Bool {
    var surplus = labelCount - other.labelCount
    guard surplus >= 0 else { return false }
    var candidate = LabelCursor(at: offset)
    let octets = wire.span
    while surplus > 0 {
      _ = candidate.next(in: octets)
      surplus -= 1
    }
    return Name(wire: wire, offset: candidate.offset) == other
  }

  /// The name in storage of its own, so that keeping it does not keep the message.
  package func copy() -> Name {
    var octets: [UInt8] = []
    octets.reserveCapacity(wireLength)
    writeWire(to: &octets)
    return Name(wire: Wire(octets), offset: 0)
  }

  /// Appends the name as it stands on the wire without compression.
  package func writeWire(to output: inout [UInt8]) {
    let octets = wire.span
    var cursor = LabelCursor(at: offset)
    while let label = cursor.next(in: octets) {
      output.append(UInt8(truncatingIfNeeded: label.count))
      for index in label { output.append(octets[index]) }
    }
    output.append(0)
  }
}

// MARK: Labels

extension Name {
  /// The labels from the leftmost to the one below the root.
  package var labels: Labels { Labels(wire: wire, cursor: LabelCursor(at: offset)) }

  package struct Labels: Sequence, IteratorProtocol, Sendable {
    fileprivate let wire: Wire
    fileprivate var cursor: LabelCursor

    package mutating func next() -> ArraySlice<UInt8>? {
      let wire = wire
      return cursor.next(in: wire.span).map(wire.slice)
    }
  }
}

// MARK: Equality without case

extension Name: Hashable {
  package static func == (left: Name, right: Name) -> Bool {
    let leftOctets = left.wire.span
    let rightOctets = right.wire.span
    var leftCursor = LabelCursor(at: left.offset)
    var rightCursor = LabelCursor(at: right.offset)
    while let leftLabel = leftCursor.next(in: leftOctets) {
      guard let rightLabel = rightCursor.next(in: rightOctets), leftLabel.count == rightLabel.count
      else { return false }
      let distance = rightLabel.lowerBound - leftLabel.lowerBound
      for index in leftLabel
      where leftOctets[index].lowercased != rightOctets[index + distance].lowercased { return false }
    }
    return rightCursor.next(in: rightOctets) == nil
  }

  package func hash(into hasher: inout Hasher) {
    var hash = KeyedHash.empty
    self.hash(into: &hash)
    hasher.combine(hash.finish())
  }

  package func hash(into hash: inout KeyedHash) {
    let octets = wire.span
    var end = offset
    while end < octets.count, octets[end] > 0, octets[end] < 0x40 { end += 1 + Int(octets[end]) }
    // Questions come first, so their names are whole where they stand. The octets that count a label's are no letters.
    guard end < octets.count, octets[end] == 0 else { return copy().hash(into: &hash) }
    hash.combine(lowercasing: octets.extracting(offset..<end))
  }
}

extension UInt8 {
  var isUpperCase: Bool { self >= 0x41 && self <= 0x5A }

  /// As RFC 4343 §3 folds: ASCII letters only.
  var lowercased: UInt8 { isUpperCase ? self | 0x20 : self }
}
