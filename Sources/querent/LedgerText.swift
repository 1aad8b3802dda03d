import Captures

extension Ledger {
  /// The ledger as it stands on standard error at the end.
  var text: String {
    func parts(_ counts: [(UInt64, String)]) -> String {
      counts.filter { $0.0 > 0 }.map { " + \($0.0) \($0.1)" }.joined()
    }
    var lines = [
      "packets   \(seen) seen, \(recognised) recognised = \(carrying) carrying"
        + parts([
          (continuing, "continuing"), (repeated, "repeated"), (malformedPackets, "malformed"),
          (foreignPackets, "not DNS"), (unassembled, "unassembled"), (ringFull, "lost (ring full)"),
        ]),
      "messages  \(messages) = \(emitted) shown"
        + parts([
          (merged, "merged (the server's copy)"), (filtered, "filtered"), (malformed, "malformed"),
          (foreign, "not DNS"), (unwritten, "lost (not written)"),
        ]),
    ]
    var notes: [String] = []
    if noOwner > 0 { notes.append("\(noOwner) without an owner") }
    if noSocket > 0 { notes.append("\(noSocket) without a socket") }
    if shortened > 0 { notes.append("\(shortened) shortened") }
    if endedEarly > 0 { notes.append("\(endedEarly) exchanges ended early (table full)") }
    if !notes.isEmpty { lines.append("of these  " + notes.joined(separator: ", ")) }
    if closes {
      lines.append(
        "balance   \(lost == 0 ? "nothing lost" : "\(lost) lost"), every packet and message accounted for")
    } else {
      lines.append(
        "balance   ERROR: \(packetDifference) packets and \(messageDifference) messages are not accounted for"
      )
    }
    return lines.map { "  \($0)\n" }.joined()
  }
}
