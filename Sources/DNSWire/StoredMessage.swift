/// A copy of a checked message: it owns what a `MessageView` borrows.
package struct StoredMessage: Sendable {
  /// The whole message, trailing octets included.
  package let octets: ArraySlice<UInt8>
  private let refs: [RecordRef]
  package let index: MessageIndex

  /// Checks `octets`, and retains them without a copy: the slice's whole array lives as long as this.
  package init(
    _ octets: ArraySlice<UInt8>, extent: MessageExtent = .whole, dialect: MessageDialect = .unicast
  ) throws(WireError) {
    var reader = MessageReader()
    let index = try reader.read(octets.span, extent: extent, dialect: dialect)
    refs = reader.takeRefs(index)
    self.index = index
    self.octets = octets
  }

  package init(
    _ octets: [UInt8], extent: MessageExtent = .whole, dialect: MessageDialect = .unicast
  ) throws(WireError) {
    try self.init(octets[...], extent: extent, dialect: dialect)
  }

  /// Copies a message from borrowed octets.
  package init(copying message: MessageView) {
    var octets: [UInt8] = []
    octets.reserveCapacity(message.octets.count)
    octets.append(message.octets)
    var refs: [RecordRef] = []
    refs.reserveCapacity(message.refs.count)
    for index in message.refs.indices { refs.append(message.refs[index]) }
    self.octets = octets[...]
    self.refs = refs
    index = message.index
  }

  package var view: MessageView {
    @_lifetime(borrow self)
    get { MessageView(octets.span, refs: refs.span, index: index) }
  }

  package var header: Header { index.header }
}
