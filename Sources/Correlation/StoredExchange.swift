package import TraceModel
package import DNSWire
package import PacketDecoding

/// A copy of an exchange: it owns what an `Exchange` borrows.
package struct StoredExchange: Sendable {
  package let query: StoredDecodedMessage?
  package let answer: StoredDecodedMessage?
  package let outcome: Outcome
  package let role: Exchange.Role
  package let retries: Int
  package let attribution: Attribution
  package let answeredBy: Attribution?
  package let isInTarget: Bool
  package let chain: Chain?
  package let messageCount: Int
  package let packets: PacketNumbers
  package let isMessage: Bool

  package init(
    query: StoredDecodedMessage?, answer: StoredDecodedMessage? = nil, outcome: Outcome, role: Exchange.Role,
    retries: Int = 0, attribution: Attribution, answeredBy: Attribution? = nil, isInTarget: Bool = false,
    chain: Chain? = nil,
    messageCount: Int,
    packets: PacketNumbers = PacketNumbers(),
    isMessage: Bool = false
  ) {
    self.query = query
    self.answer = answer
    self.outcome = outcome
    self.role = role
    self.retries = retries
    self.attribution = attribution
    self.answeredBy = answeredBy
    self.isInTarget = isInTarget
    self.chain = chain
    self.messageCount = messageCount
    self.packets = packets
    self.isMessage = isMessage
  }

  /// Copies an exchange.
  package init(copying exchange: borrowing Exchange) {
    self.init(
      query: StoredDecodedMessage(copying: exchange.query),
      answer: StoredDecodedMessage(copying: exchange.answer),
      outcome: exchange.outcome, role: exchange.role, retries: exchange.retries,
      attribution: exchange.attribution,
      answeredBy: exchange.answeredBy, isInTarget: exchange.isInTarget, chain: exchange.chain,
      messageCount: exchange.messageCount,
      packets: exchange.packets + exchange.answerPackets,
      isMessage: exchange.isMessage)
  }

  /// The exchange, borrowed.
  package var view: Exchange {
    @_lifetime(borrow self)
    get {
      Exchange(
        query: query?.view, answer: answer?.view, outcome: outcome, role: role, retries: retries,
        attribution: attribution,
        answeredBy: answeredBy, isInTarget: isInTarget, chain: chain, messageCount: messageCount,
        packets: packets,
        isMessage: isMessage)
    }
  }
}

/// A copy of a decoded message.
package struct StoredDecodedMessage: Sendable {
  package let message: StoredMessage
  /// One element.
  private let contexts: [MessageContext]

  package init(_ message: StoredMessage, _ context: MessageContext) {
    self.message = message
    contexts = [context]
  }

  package init(copying message: borrowing DecodedMessage) {
    self.init(StoredMessage(copying: message.message), message.contexts[0])
  }

  init?(copying message: DecodedMessage?) {
    guard let message else { return nil }
    self.init(copying: message)
  }

  package var context: MessageContext { contexts[0] }
  package var attribution: Attribution { contexts[0].attribution }

  package var view: DecodedMessage {
    @_lifetime(borrow self)
    get { DecodedMessage(message.view, contexts.span) }
  }
}
