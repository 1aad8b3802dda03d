import Foundation

/// A fake /proc with a few processes in a temporary directory, removed on deinit.
final class FakeProc {
  let root: String

  init() throws {
    root = NSTemporaryDirectory() + "querent-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  func add(
    _ pid: Int32, name: [UInt8] = Array("dig".utf8), ticks: UInt64 = 500, parent: Int32 = 1,
    arguments: [UInt8]? = Array("dig\0example.com\0".utf8), executable: String? = "/usr/bin/dig",
    directory: String? = "/tmp", cgroup: String? = "0::/system.slice/ssh.service\n"
  ) throws {
    let folder = "\(root)/\(pid)"
    remove(pid)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    // The fields of proc_pid_stat(5); those that are not read are 0.
    let rest =
      ["S", "\(parent)"] + Array(repeating: "0", count: 17) + ["\(ticks)"] + Array(repeating: "0", count: 30)
    let stat = Array("\(pid) (".utf8) + name + Array(") \(rest.joined(separator: " "))\n".utf8)
    try Data(stat).write(to: URL(filePath: "\(folder)/stat"))
    if let arguments { try Data(arguments).write(to: URL(filePath: "\(folder)/cmdline")) }
    if let cgroup { try Data(cgroup.utf8).write(to: URL(filePath: "\(folder)/cgroup")) }
    for (link, target) in [("exe", executable), ("cwd", directory)] {
      guard let target else { continue }
      try FileManager.default.createSymbolicLink(atPath: "\(folder)/\(link)", withDestinationPath: target)
    }
  }

  /// Adds a netlink socket of the family NETLINK_NETFILTER (12) to a process.
  func addNetfilterSocket(to pid: Int32) throws {
    let folder = "\(root)/\(pid)"
    for name in ["net", "fd"] {
      try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    }
    try Data("sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode\n0 12 \(pid) 0 0 0 0 2 0 777\n".utf8)
      .write(to: URL(filePath: "\(folder)/net/netlink"))
    try FileManager.default.createSymbolicLink(
      atPath: "\(folder)/fd/3", withDestinationPath: "socket:[777]")
  }

  func remove(_ pid: Int32) { try? FileManager.default.removeItem(atPath: "\(root)/\(pid)") }
}
