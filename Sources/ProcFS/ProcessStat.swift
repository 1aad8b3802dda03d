/// What /proc/PID/stat says of a process (proc(5)).
package struct ProcessStat: Hashable, Sendable {
  package var name: String
  package var parent: Int32
  /// Clock ticks since boot at which the process started.
  package var startTicks: UInt64

  /// Reads it for a process that is there; nil when it is gone.
  package init?(pid: Int32, root: String = "/proc") {
    guard let text = ProcFS.text("\(root)/\(pid)/stat") else { return nil }
    self.init(text)
  }

  /// Parses the one line; the name may hold anything, closing brackets too.
  package init?(_ text: String) {
    // By octets: a combining mark at the start of a name would be one character with its bracket.
    let octets = Array(text.utf8)
    guard let open = octets.firstIndex(of: UInt8(ascii: "(")),
      let close = octets.lastIndex(of: UInt8(ascii: ")")),
      open < close
    else { return nil }
    let fields = String(decoding: octets[(close + 1)...], as: UTF8.self).split(separator: " ")
    // Behind the name come state (field 3), parent (4), … start time (22).
    guard fields.count > 19, let parent = Int32(fields[1]), let ticks = UInt64(fields[19]) else { return nil }
    name = String(decoding: octets[(open + 1)..<close], as: UTF8.self)
    self.parent = parent
    startTicks = ticks
  }
}
