package import TraceModel
package import DNSWire
package import PacketDecoding

/// One decoded message and the facts of its packet, borrowed from the owner of its octets.
package struct DecodedMessage: ~Escapable {
  package let message: MessageView
  /// One element: see `DNSPayload.contexts`.
  let contexts: Span<MessageContext>

  @_lifetime(copy message, copy contexts)
  package init(_ message: MessageView, _ contexts: Span<MessageContext>) {
    self.message = message
    self.contexts = contexts
  }

}

// MARK: Context (see `MessageContext`)

extension DecodedMessage {
  package var flow: Flow { contexts[0].flow }
  package var service: NameService { contexts[0].service }
  package var time: Timestamp { contexts[0].time }
  package var direction: Direction { contexts[0].direction }
  package var socketCookie: UInt64 { contexts[0].socketCookie }
  package var interfaceIndex: UInt32 { contexts[0].interfaceIndex }
  package var networkNamespace: UInt32 { contexts[0].networkNamespace }
  package var recognition: Recognition { contexts[0].recognition }
  package var length: Int { contexts[0].length }
  package var isCut: Bool { contexts[0].missing > 0 }
  package var isReassembled: Bool { contexts[0].isReassembled }
  /// See `MessageContext`.
  package var isLegacyMulticast: Bool { service == .mdns && flow.source.port != 5353 }
  package var packets: PacketNumbers { contexts[0].packets }
  /// See `PacketHeader`.
  package var isInTarget: Bool { contexts[0].isInTarget }
  /// The process of its packet; pairing may determine a better one.
  package var attribution: Attribution { contexts[0].attribution }
}

// MARK: Decoding

/// Why a message is classified as DNS.
package enum MessageTrust: Sendable {
  /// Its port, or an earlier message of its flow.
  case flow
  /// Its own octets.
  case itself
}

extension MessageReader {
  /// Decodes a payload's message.
  package mutating func read(
    _ payload: borrowing DNSPayload, trust: MessageTrust = .flow
  ) throws(WireError) -> MessageIndex {
    let service = payload.contexts[0].service
    let isCut = payload.contexts[0].missing > 0
    let index = try read(payload.octets, extent: isCut ? .start : .whole, dialect: service.dialect)
    let message = view(of: payload.octets, index)
    if trust == .itself, !message.isPlausible { throw WireError(.onlyHeader, at: 0) }
    // Multicast DNS continues known answers in messages without a question (RFC 6762 §7.2).
    if service == .dns || service == .llmnr, !isCut, message.lacksQuestion {
      throw WireError(.missingQuestion, at: Header.size)
    }
    return index
  }
}

extension NameService {
  fileprivate var dialect: MessageDialect {
    switch self {
    case .dns, .llmnr, .varlink, .nscd: .unicast
    case .mdns: .multicast
    case .netBIOS: .netBIOS
    }
  }
}

// MARK: Properties

extension DecodedMessage {
  package var header: Header { message.index.header }
  /// The first question.
  package var question: QuestionView? {
    @_lifetime(copy self)
    get { message.question }
  }
  /// The response code, with the upper bits from EDNS.
  package var responseCode: ResponseCode { message.index.responseCode }

  /// The client: the source of a query, the destination of a response.
  package var client: Endpoint { header.isResponse ? flow.destination : flow.source }

  /// The server.
  package var server: Endpoint { header.isResponse ? flow.source : flow.destination }

  /// Whether the kernel or the file named a socket.
  var hasSocket: Bool { socketCookie != 0 }

  /// Whether it was seen on an interface and is not known to be sent by a local process, so that it may pass
  /// another interface too.
  var mayBeForwarded: Bool {
    socketCookie == 0 && interfaceIndex != 0 && attribution.owner == nil
  }

  /// Whether this is `other` on another interface: bridged or forwarded, not retransmitted.
  func isForwardedCopy(of other: Flow, on interface: UInt32) -> Bool {
    mayBeForwarded && interfaceIndex != interface && flow == other
  }

  /// Whether this is the client's socket; if a file does not say, it is assumed to be.
  package var isAtClient: Bool { side ?? true }

  /// Whether the kernel or the file stated it.
  var isSurelyAtClient: Bool { side ?? false }

  /// Whether this is the client's socket; nil if a file does not say. A `switch`, because the compiler calls `==` of another
  /// module's enumeration through its conformance, which takes some 60 instructions.
  private var side: Bool? {
    switch direction {
    case .egress: !header.isResponse
    case .ingress: header.isResponse
    case .unspecified: nil
    }
  }

  /// Whether the socket sent it.
  package var isSent: Bool { isAtClient != header.isResponse }
  var role: Exchange.Role { isAtClient ? .client : .server }
}
