import TraceModel
import DNSWire
import PacketDecoding

// Chooses the process of an exchange from those of its two messages.
extension ExchangeTable {
  /// The process of an exchange: at the client the one that sends the query, at the server the one that answers.
  func attribution(of slot: Int, answered answer: borrowing DecodedMessage) -> Attribution {
    let asking = queries.attribution(slot)
    if self[slot].isAtClient {
      guard case .none(let reason) = asking.method else { return asking }
      // On an interface the answer is seen when the local server sends it, not when the client receives it.
      if answer.isSent { return asking }
      // Of several processes, only one that is known to have sent on the socket can have sent the query.
      if reason == .sharedSocket, answer.attribution.method != .owner { return asking }
      return answer.attribution.paired
    }
    return answer.attribution.paired.betterOr(asking)
  }

  /// The process that received or sent an answer.
  func attribution(of answer: borrowing DecodedMessage, answering slot: Int) -> Attribution {
    guard self[slot].isAtClient else { return answer.attribution }
    let asking = queries.attribution(slot)
    if asking.owner != nil { return asking.paired }
    return answer.isSent ? asking : answer.attribution
  }
}

extension Attribution {
  /// The same process, known from the other message of the exchange.
  var paired: Attribution {
    process == nil ? self : Attribution(process, .paired)
  }

  func betterOr(_ other: Attribution) -> Attribution { process != nil ? self : other }
}
