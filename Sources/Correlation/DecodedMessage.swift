package import TraceModel
package import DNSWire
package import PacketDecoding

/// One decoded message and the packet facts around it, borrowed from whoever holds its octets.
package struct DecodedMessage: ~Escapable {
  package let message: MessageView
  /// One: see `DNSPayload.contexts`.
  private let contexts: Span<MessageContext>

  @_lifetime(copy message, copy contexts)
  package init(_ message: MessageView, _ contexts: Span<MessageContext>) {
    self.message = message
    self.contexts = contexts
  }

  package var context: MessageContext {
    @inline(__always) _read { yield contexts[0] }
  }

  /// Whose packet it was; pairing may know better.
  package var party: Party { contexts[0].party }
}

// MARK: Decoding

/// What makes a message DNS.
package enum MessageTrust: Sendable {
  /// Its port, or what its flow has carried before.
  case flow
  /// Its own octets alone.
  case itself
}

extension MessageReader {
  /// Checks a payload's message.
  package mutating func read(
    _ payload: borrowing DNSPayload, trust: MessageTrust = .flow
  ) throws(WireError) -> MessageIndex {
    let service = payload.context.service
    let isCut = payload.context.isCut
    let index = try read(payload.octets, extent: isCut ? .start : .whole, dialect: service.dialect)
    let message = view(of: payload.octets, index)
    if trust == .itself, !message.isConvincing { throw WireError(.unconvincing, at: 0) }
    // Multicast DNS sends known answers on without a question (RFC 6762 §7.2).
    if service == .dns || service == .llmnr, !isCut, message.lacksQuestion {
      throw WireError(.missingQuestion, at: Header.size)
    }
    return index
  }
}

extension NameService {
  fileprivate var dialect: MessageDialect {
    switch self {
    case .dns, .llmnr: .unicast
    case .mdns: .multicast
    case .netBIOS: .netBIOS
    }
  }
}

// MARK: What is asked of it

extension DecodedMessage {
  package var header: Header { message.index.header }
  /// The first question.
  package var question: QuestionView? {
    @_lifetime(copy self)
    get { message.question }
  }
  /// With the upper bits from EDNS.
  package var responseCode: ResponseCode { message.index.responseCode }

  package var flow: Flow { context.flow }
  package var service: NameService { context.service }
  package var time: Timestamp { context.time }

  /// The end that asks: the source of a query, the destination of a response.
  package var client: Endpoint { header.isResponse ? context.flow.destination : context.flow.source }

  /// The end that is asked.
  package var server: Endpoint { header.isResponse ? context.flow.source : context.flow.destination }

  /// Whether the kernel or the file told of a socket.
  var hasSocket: Bool { context.socketCookie != 0 }

  /// Whether it was seen on an interface and no local process is known to have sent it, so that it may pass
  /// another interface too.
  var mayBeForwarded: Bool {
    context.socketCookie == 0 && context.interfaceIndex != 0 && party.owner == nil
  }

  /// Whether this is `other` on another interface: bridged or forwarded, not sent again.
  func isForwardedCopy(of other: Flow, on interface: UInt32) -> Bool {
    mayBeForwarded && context.interfaceIndex != interface && context.flow == other
  }

  /// Whether this is the socket of the end that asks; a file that does not say is taken to be of that end.
  package var isAtClient: Bool { context.direction == .unspecified || isSurelyAtClient }

  /// Whether the kernel or the file said so.
  var isSurelyAtClient: Bool {
    context.direction != .unspecified && (context.direction == .egress) != header.isResponse
  }

  /// Whether it left by the socket.
  package var isSent: Bool { isAtClient != header.isResponse }
  var role: Exchange.Role { isAtClient ? .client : .server }
}
