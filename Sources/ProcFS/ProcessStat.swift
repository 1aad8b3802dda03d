/// The contents of /proc/PID/stat (proc(5)).
package struct ProcessStat: Hashable, Sendable {
  package var name: String
  package var parent: Int32
  /// Clock ticks since boot at which the process started.
  package var startTicks: UInt64

  /// Reads the file of a process; nil if the process has ended.
  package init?(pid: Int32, root: String = "/proc") {
    guard let text = ProcFS.text("\(root)/\(pid)/stat") else { return nil }
    self.init(text)
  }

  /// Parses the line; the name may contain any octet, including closing parentheses.
  package init?(_ text: String) {
    // By octets: in a String, a combining mark at the start of a name is one character with its parenthesis.
    let octets = Array(text.utf8)
    guard let open = octets.firstIndex(of: UInt8(ascii: "(")),
      let close = octets.lastIndex(of: UInt8(ascii: ")")),
      open < close
    else { return nil }
    let fields = String(decoding: octets[(close + 1)...], as: UTF8.self).split(separator: " ")
    // After the name: state (field 3), parent (4), … start time (22).
    guard fields.count > 19, let parent = Int32(fields[1]), let ticks = UInt64(fields[19]) else { return nil }
    name = String(decoding: octets[(open + 1)..<close], as: UTF8.self)
    self.parent = parent
    startTicks = ticks
  }
}
