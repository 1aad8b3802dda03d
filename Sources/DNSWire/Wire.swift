/// The octets of one message, wherever they lie in a larger buffer; offsets count from the message's start.
struct Wire: Sendable {
  let storage: [UInt8]
  /// Where in `storage` the message starts.
  let base: Int
  let count: Int
  let dialect: Message.Dialect

  /// `range` must lie inside `storage`.
  init(storage: [UInt8], range: Range<Int>, dialect: Message.Dialect = .unicast) {
    self.storage = storage
    self.dialect = dialect
    base = range.lowerBound
    count = range.count
  }

  init(_ octets: [UInt8]) {
    self.init(storage: octets, range: 0..<octets.count)
  }

  var span: Span<UInt8> {
    @_lifetime(borrow self)
    get { storage.span.extracting(base..<(base + count)) }
  }

  func slice(_ range: Range<Int>) -> ArraySlice<UInt8> {
    storage[(base + range.lowerBound)..<(base + range.upperBound)]
  }
}
