package import Bytes

/// A domain name (RFC 1035 §3.1): its place in borrowed message octets.
///
/// It and the functions that are called most are public, like `ByteWriter`, because the compiler inlines no `package`
/// declaration into other modules.
public struct NameView: BitwiseCopyable, ~Escapable {
  /// The whole message, because the name may be compressed.
  @usableFromInline let octets: Span<UInt8>
  @usableFromInline let ref: NameRef

  /// A checked name.
  @_lifetime(copy octets)
  @inlinable
  init(_ octets: Span<UInt8>, _ ref: NameRef) {
    self.octets = octets
    self.ref = ref
  }

  /// The offset of its first label: names of one message with the same offset are the same.
  @inlinable public var place: Int { Int(ref.place) }

  /// The length of the name without compression, in octets, from 1 to 255.
  @inlinable public var wireLength: Int { Int(ref.wireLength) }

  package var isRoot: Bool { ref.wireLength == 1 }

  /// The number of labels without the root.
  package var labelCount: Int {
    var labels = labels
    var count = 0
    while labels.next() != nil { count += 1 }
    return count
  }

  /// The name without its first label; nil for the root.
  package var parent: NameView? {
    @_lifetime(copy self)
    get {
      var cursor = LabelCursor(at: place)
      guard let label = cursor.next(in: octets) else { return nil }
      // A pointer may follow the label.
      var rest = cursor
      let place = rest.next(in: octets).map { $0.lowerBound - 1 } ?? rest.offset
      return NameView(
        octets,
        NameRef(
          place: UInt16(truncatingIfNeeded: place),
          wireLength: UInt8(truncatingIfNeeded: wireLength - 1 - label.count)))
    }
  }

  /// Whether a letter is upper case, so that `lowercased` text would differ.
  package var hasUpperCase: Bool {
    var labels = labels
    while let label = labels.next() {
      for index in label.indices where label[index].isUpperCase { return true }
    }
    return false
  }

  /// Whether the name is `other` or a subdomain of it.
  package func isSubdomain(of other: NameView) -> Bool {
    var candidate = self
    while candidate.wireLength > other.wireLength {
      guard let parent = candidate.parent else { return false }
      candidate = parent
    }
    return candidate == other
  }

  /// Whether the name is `other` with more labels at its end, as a resolver appends a search domain.
  package func hasPrefix(_ other: NameView) -> Bool {
    guard wireLength > other.wireLength, !other.isRoot else { return false }
    var labels = labels
    var others = other.labels
    while let otherLabel = others.next() {
      guard let label = labels.next(), label.isSameLabel(as: otherLabel) else { return false }
    }
    return true
  }

  /// Whether the two are one name with different search domains: they begin with the same labels, and the rest of one ends
  /// with the rest of the other, which may be empty, or both rests are in `domains`.
  package func differsBySearchDomain(from other: NameView, among domains: [OwnedName] = []) -> Bool {
    var (own, others) = (self, other)
    var isAlike = false
    while let label = own.firstLabel, let otherLabel = others.firstLabel, label.isSameLabel(as: otherLabel),
      let parent = own.parent, let otherParent = others.parent
    {
      (own, others) = (parent, otherParent)
      isAlike = true
    }
    guard isAlike else { return false }
    if own.wireLength != others.wireLength, own.isSubdomain(of: others) || others.isSubdomain(of: own) {
      return true
    }
    return domains.contains { $0.view == own } && domains.contains { $0.view == others }
  }

  private var firstLabel: Span<UInt8>? {
    @_lifetime(copy self)
    get {
      var labels = labels
      return labels.next()
    }
  }

  /// Appends the name in wire format, without compression.
  package func writeWire(to output: inout [UInt8]) {
    var labels = labels
    while let label = labels.next() {
      output.append(UInt8(truncatingIfNeeded: label.count))
      output.append(label)
    }
    output.append(0)
  }
}

// MARK: Labels

extension Span<UInt8> {
  /// Whether two labels are equal, compared case-insensitively for ASCII letters (RFC 4343).
  fileprivate func isSameLabel(as other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    for index in indices where self[index].lowercased != other[index].lowercased { return false }
    return true
  }
}

extension NameView {
  /// The labels from the leftmost to the one below the root.
  @inlinable public var labels: Labels {
    @_lifetime(copy self)
    get { Labels(octets, at: place) }
  }

  public struct Labels: BitwiseCopyable, ~Escapable {
    @usableFromInline let octets: Span<UInt8>
    @usableFromInline var cursor: LabelCursor

    @_lifetime(copy octets)
    @inlinable
    init(_ octets: Span<UInt8>, at place: Int) {
      self.octets = octets
      cursor = LabelCursor(at: place)
    }

    @_lifetime(copy self)
    @inlinable @inline(__always)
    public mutating func next() -> Span<UInt8>? {
      guard let range = cursor.next(in: octets) else { return nil }
      return octets.extracting(range)
    }
  }
}

// MARK: Case-insensitive comparison

extension NameView {
  /// Whether two names are equal, compared case-insensitively for ASCII letters (RFC 4343).
  package static func == (left: NameView, right: NameView) -> Bool {
    guard left.wireLength == right.wireLength else { return false }
    if left.isUncompressed, right.isUncompressed {
      // Length octets are no letters.
      let (own, other) = (left.uncompressed, right.uncompressed)
      for index in own.indices where own[index] != other[index] {
        guard own[index].lowercased == other[index].lowercased else { return false }
      }
      return true
    }
    var leftLabels = left.labels
    var rightLabels = right.labels
    while let leftLabel = leftLabels.next() {
      guard let rightLabel = rightLabels.next(), leftLabel.count == rightLabel.count else { return false }
      for index in leftLabel.indices where leftLabel[index].lowercased != rightLabel[index].lowercased {
        return false
      }
    }
    return rightLabels.next() == nil
  }

  /// Whether the name is contiguous. That of the first question always is, because questions come first.
  private var isUncompressed: Bool {
    var end = place
    while octets[end] > 0, octets[end] < 0x40 { end += 1 + Int(octets[end]) }
    return octets[end] == 0
  }

  /// The octets of an uncompressed name before the root's.
  private var uncompressed: Span<UInt8> {
    @_lifetime(copy self)
    get { octets.extracting(place..<place + wireLength - 1) }
  }

  /// The same for equal names.
  package func hash(into hash: inout KeyedHash) {
    guard isUncompressed else { return OwnedName(self).view.hash(into: &hash) }
    // Length octets are no letters.
    hash.combine(lowercasing: uncompressed)
  }
}

extension UInt8 {
  var isUpperCase: Bool { self >= 0x41 && self <= 0x5A }

  /// As in RFC 4343 §3: ASCII letters only.
  var lowercased: UInt8 { isUpperCase ? self | 0x20 : self }
}

extension [UInt8] {
  mutating func append(_ octets: Span<UInt8>) {
    for index in octets.indices { append(octets[index]) }
  }
}
