import TraceModel
import DNSWire
import PacketDecoding

// Whose an exchange is, between the processes at its two messages.
extension ExchangeTable {
  /// Who an exchange belongs to: at the client the one who asked, at the server the one who answers.
  func attribution(of slot: Int, answered answer: borrowing DecodedMessage) -> Attribution {
    let asking = queries.attribution(slot)
    if self[slot].isAtClient {
      guard case .none(let reason) = asking.method else { return asking }
      // On an interface the answer is seen as the local server sends it, not as who asked receives it.
      if answer.isSent { return asking }
      // Of several processes only the one that is known to have sent on the socket can have asked.
      if reason == .sharedSocket, answer.attribution.method != .owner { return asking }
      return answer.attribution.paired
    }
    return answer.attribution.paired.betterOr(asking)
  }

  /// Who received or sent an answer.
  func attribution(of answer: borrowing DecodedMessage, answering slot: Int) -> Attribution {
    guard self[slot].isAtClient else { return answer.attribution }
    let asking = queries.attribution(slot)
    if asking.owner != nil { return asking.paired }
    return answer.isSent ? asking : answer.attribution
  }
}

extension Attribution {
  /// The same process, known by the other message of the exchange.
  var paired: Attribution {
    process == nil ? self : Attribution(process, .paired)
  }

  func betterOr(_ other: Attribution) -> Attribution { process != nil ? self : other }
}
