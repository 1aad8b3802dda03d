import ProcFS

extension ProcessReader {
  /// Whether a process has a netlink socket of the family NETLINK_NETFILTER open.
  func holdsNetfilterSocket(_ pid: Int32) -> Bool {
    let folder = "\(root)/\(pid)"
    let sockets = Set(
      Self.netfilterSockets(ProcFS.text("\(folder)/net/netlink") ?? "").map { "socket:[\($0)]" })
    guard !sockets.isEmpty else { return false }
    return files.names(in: "\(folder)/fd").contains { number in
      files.link("\(folder)/fd/\(number)").map(sockets.contains) ?? false
    }
  }

  /// The inodes (the last field) of the sockets in /proc/PID/net/netlink whose family (the second field) is 12.
  static func netfilterSockets(_ text: String) -> [String] {
    text.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ")
      return fields.count > 2 && fields[1] == "12" ? fields.last.map(String.init) : nil
    }
  }
}
