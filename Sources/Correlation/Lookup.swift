import DNSWire
import PacketDecoding
package import TraceModel

/// The exchanges of one lookup of a program: A and AAAA of one name, the attempts with search domains, and the same
/// question to further servers.
package struct Lookup: Sendable {
  /// In the order in which they began; never empty.
  package let exchanges: [StoredExchange]
  /// The index of the exchange that decided the lookup.
  package let deciding: Int

  init(_ exchanges: [StoredExchange]) {
    self.exchanges = exchanges
    // The first that found a record of the queried type, else the last that was answered.
    deciding =
      exchanges.firstIndex(where: \.isFound)
      ?? exchanges.lastIndex { $0.answer != nil } ?? exchanges.count - 1
  }

  /// The time of the first query.
  package var start: Timestamp? { exchanges.first?.query?.context.time }

  /// The time of the last answer; nil without one.
  package var end: Timestamp? { exchanges.lazy.compactMap { $0.answer?.context.time }.max() }

  /// Nanoseconds from the first query to the last answer; nil without both.
  package var duration: Int64? {
    guard let start, let end else { return nil }
    return end.nanoseconds(since: start)
  }

  var messageCount: Int { exchanges.reduce(0) { $0 + $1.messageCount } }
  var packets: PacketNumbers { exchanges.reduce(into: PacketNumbers()) { $0 += $1.packets } }
}

extension StoredExchange {
  /// Whether its answer has a record of the queried type.
  package var isFound: Bool {
    guard let answer, answer.message.index.responseCode == .noError else { return false }
    let view = answer.message.view
    guard let type = view.question?.qtype else { return false }
    return view.answers.contains { $0.type == type || type == .any }
  }
}
