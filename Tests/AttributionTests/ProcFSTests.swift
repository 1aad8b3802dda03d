import Foundation
import ProcFS
import Testing

struct ProcessStatTests {
  private func line(_ name: String, parent: Int = 7, ticks: UInt64 = 500) -> String {
    let rest = ["S", "\(parent)"] + Array(repeating: "0", count: 17) + ["\(ticks)", "0", "0"]
    return "42 (\(name)) \(rest.joined(separator: " "))\n"
  }

  @Test(arguments: [
    "dig", "a b", "Web Content", ")", "(", "()", ") S 1 (", "a) R 1 1 1", "", " ", "\u{301}name",
    "name\u{301}",
    "a\r\nb", "\r", "\u{200d}",
  ])
  func `a name may contain any character`(name: String) throws {
    let stat = try #require(ProcessStat(line(name)))
    #expect(Array(stat.name.utf8) == Array(name.utf8))
    #expect(stat.parent == 7)
    #expect(stat.startTicks == 500)
  }

  @Test(arguments: ["", "42", "42 (dig", "42 dig)", "42 (dig) S", "42 (dig) S x 0 0", ")("])
  func `an invalid line is refused`(text: String) {
    #expect(ProcessStat(text) == nil)
  }

  @Test func `the largest values are accepted`() throws {
    let stat = try #require(ProcessStat(line("dig", parent: Int(Int32.max), ticks: .max)))
    #expect(stat.startTicks == .max)
    #expect(stat.parent == .max)
  }

  @Test func `this process is read correctly`() throws {
    let pid = ProcessInfo.processInfo.processIdentifier
    let stat = try #require(ProcessStat(pid: pid))
    #expect(stat.startTicks > 0)
    #expect(stat.parent > 0)
    #expect(ProcFS.link("/proc/self/exe") == ProcFS.link("/proc/\(pid)/exe"))
    #expect(ProcFS.numbers(in: "/proc").contains(pid))
    #expect(ProcessStat(pid: -1) == nil)
  }

  @Test func `names that are not UTF-8 are replaced`() throws {
    let proc = try FakeProc()
    try proc.add(42, name: [0x61, 0xff, 0x29])
    #expect(ProcessStat(pid: 42, root: proc.root)?.name == "a\u{fffd})")
  }
}

struct ProcFSTests {
  @Test func `a missing file is nil, and an empty directory has no entries`() throws {
    let proc = try FakeProc()
    #expect(ProcFS.octets("\(proc.root)/no") == nil)
    #expect(ProcFS.text("\(proc.root)/no") == nil)
    #expect(ProcFS.link("\(proc.root)/no") == nil)
    #expect(ProcFS.names(in: proc.root).isEmpty)
    #expect(ProcFS.names(in: "\(proc.root)/no").isEmpty)
  }

  @Test(arguments: [0, 1, 4095, 4096, 4097, 10_000]) func `a file is read whole, or up to a limit`(size: Int)
    throws
  {
    let proc = try FakeProc()
    let octets = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
    try Data(octets).write(to: URL(filePath: "\(proc.root)/file"))
    #expect(ProcFS.octets("\(proc.root)/file") == octets)
    #expect(ProcFS.octets("\(proc.root)/file", limit: 4096)?.count == min(size, 4096))
  }

  @Test func `the numeric entries of a directory are its processes`() throws {
    let proc = try FakeProc()
    try proc.add(1)
    try proc.add(4_194_304)
    try Data().write(to: URL(filePath: "\(proc.root)/self"))
    #expect(Set(ProcFS.numbers(in: proc.root)) == [1, 4_194_304])
    #expect(Set(ProcFS.names(in: proc.root)) == ["1", "4194304", "self"])
  }
}

/// The mount point of cgroup v2, with mountinfo of real hosts.
struct ControlGroupsTests {
  static let unified = """
    22 28 0:20 / /sys rw,nosuid,nodev,noexec,relatime shared:7 - sysfs sysfs rw
    23 28 0:21 / /proc rw,nosuid,nodev,noexec,relatime shared:13 - proc proc rw
    28 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw,discard,errors=remount-ro
    29 22 0:6 / /sys/kernel/security rw,nosuid,nodev,noexec,relatime shared:8 - securityfs securityfs rw
    32 22 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot
    """
  static let hybrid = """
    28 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
    32 22 0:26 / /sys/fs/cgroup ro,nosuid,nodev,noexec shared:9 - tmpfs tmpfs ro,mode=755
    33 32 0:27 / /sys/fs/cgroup/unified rw,nosuid,nodev,noexec,relatime shared:10 - cgroup2 cgroup2 rw,nsdelegate
    34 32 0:28 / /sys/fs/cgroup/systemd rw,nosuid,nodev,noexec,relatime shared:11 - cgroup cgroup rw,xattr,name=systemd
    36 32 0:30 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid,nodev,noexec,relatime shared:15 - cgroup cgroup rw,cpu,cpuacct
    """
  static let subtreeFirst = """
    500 400 0:26 /system.slice/docker-0a.scope /var/lib/x/cgroup rw,nosuid shared:9 - cgroup2 cgroup rw
    501 400 0:26 / /mnt/groups rw,nosuid - cgroup2 cgroup rw
    """

  @Test(
    arguments: [
      (unified, "/sys/fs/cgroup"), (hybrid, "/sys/fs/cgroup/unified"), (subtreeFirst, "/mnt/groups"),
      ("32 22 0:26 / /mnt/my\\040groups\\134\\011x rw - cgroup2 none rw", "/mnt/my groups\\\tx"),
      ("32 22 0:26 / /mnt/\\04x rw - cgroup2 none rw", "/mnt/\\04x"),
      ("32 22 0:26 / /a rw,relatime shared:1 master:2 propagate_from:3 - cgroup2 none rw", "/a"),
      ("32 22 0:26 /.. /sys/fs/cgroup rw - cgroup2 none rw", nil),
      ("32 22 0:26 / /sys/fs/cgroup rw - cgroup cgroup rw,memory", nil),
      ("32 22 0:26 / /cgroup2 rw - tmpfs cgroup2 rw", nil), ("32 22 0:26 / / - ", nil), ("nonsense", nil),
      ("", nil),
    ] as [(String, String?)])
  func `the mount point is that of the root of the hierarchy`(mountInfo: String, path: String?) {
    #expect(ControlGroups.mountPoint(mountInfo: mountInfo) == path)
  }

  @Test(
    arguments: [
      ("0::/system.slice/ssh.service\n", "/system.slice/ssh.service"), ("0::/\n", "/"),
      ("12:cpu,cpuacct:/docker/a\n1:name=systemd:/docker/b\n0::/docker/c\n", "/docker/c"),
      ("0::/system.slice/old.service (deleted)\n", "/system.slice/old.service"),
      ("0::/a:b::c\n", "/a:b::c"), ("0::/no newline", "/no newline"), ("0::/a\r\n", "/a\r"),
      ("1:name=systemd:/\n", nil), ("10::/x\n", nil), ("", nil),
    ] as [(String, String?)])
  func `the path of a process is in the line without controllers`(text: String, path: String?) {
    #expect(ControlGroups.path(text) == path)
  }
}
