import TraceModel
import DNSWire
import PacketDecoding

// Whose an exchange is, between the processes at its two messages.
extension ExchangeTable {
  /// Who an exchange belongs to: at the client the one who asked, at the server the one who answers.
  func party(of slot: Int, answered answer: borrowing DecodedMessage) -> Party {
    let asking = queries.party(slot)
    if self[slot].isAtClient {
      guard case .none(let reason) = asking.method else { return asking }
      // On an interface the answer is seen as the local server sends it, not as who asked receives it.
      if answer.isSent { return asking }
      // Of several processes only the one that is known to have sent on the socket can have asked.
      if reason == .sharedSocket, answer.party.method != .owner { return asking }
      return answer.party.paired
    }
    return answer.party.paired.betterOr(asking)
  }

  /// Who received or sent an answer.
  func party(of answer: borrowing DecodedMessage, answering slot: Int) -> Party {
    guard self[slot].isAtClient else { return answer.party }
    let asking = queries.party(slot)
    if asking.owner != nil { return asking.paired }
    return answer.isSent ? asking : answer.party
  }
}

extension Party {
  /// The same process, known by the other message of the exchange.
  var paired: Party {
    owner == nil ? self : Party(owner: owner, details: details, method: .paired)
  }

  func betterOr(_ other: Party) -> Party { owner != nil ? self : other }
}
