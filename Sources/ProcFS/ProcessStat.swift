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
    guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")"), open < close else {
      return nil
    }
    let fields = text[text.index(after: close)...].split(separator: " ")
    // After the name come state (field 3), parent (4), … start time (22).
    guard fields.count > 19, let parent = Int32(fields[1]), let ticks = UInt64(fields[19]) else { return nil }
    name = String(text[text.index(after: open)..<close])
    self.parent = parent
    startTicks = ticks
  }
}
