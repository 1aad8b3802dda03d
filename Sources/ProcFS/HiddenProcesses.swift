extension ProcFS {
  /// Whether /proc shows a process that may not trace others none of them: `hidepid` (proc(5)), unless an exception is made for
  /// the group 0, which is the default and root's.
  package static func hidesProcesses(mounts text: String? = text("/proc/self/mounts")) -> Bool {
    for line in (text ?? "").split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard fields.count > 3, fields[1] == "/proc", fields[2] == "proc" else { continue }
      let options = fields[3].split(separator: ",")
      guard let hidden = options.first(where: { $0.hasPrefix("hidepid=") })?.dropFirst(8) else {
        return false
      }
      if hidden == "0" || hidden == "off" { return false }
      return options.contains { $0.hasPrefix("gid=") && $0 != "gid=0" } || hidden == "4"
        || hidden == "ptraceable"
    }
    return false
  }
}
