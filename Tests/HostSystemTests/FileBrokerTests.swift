import Foundation
import HostSystem
import Lab
import Synchronization
import Testing

/// The process that reads for a sandboxed one.
@Suite(.serialized)
struct FileBrokerTests {
  let broker: FileBroker

  init() throws { broker = try FileBroker {} }

  @Test func `it reads the links of processes and the names of accounts`() {
    let own = "/proc/\(getpid())"
    #expect(
      broker.link("\(own)/exe") == (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(own)/exe")))
    #expect(broker.link("\(own)/cwd") == FileManager.default.currentDirectoryPath)
    #expect(!broker.names(in: "\(own)/fd").isEmpty)
    #expect(broker.user(0) == "root")
    #expect(broker.group(0) == "root")
    #expect(broker.user(0xffff_fff0) == nil)
  }

  @Test(arguments: [
    "/etc/passwd", "/etc/shadow", "/proc/1/environ", "/proc/1/root/etc/passwd", "/proc/self/../1/environ", "",
    "/var/lib/docker/containers/../../../../etc/passwd/config.v2.json", "/proc/1/fd/../environ",
    "/var/log/containers/../syslog", "/run/containerd/io.containerd.runtime.v2.task/a/b/rootfs/config.json",
  ])
  func `it opens nothing else`(path: String) {
    #expect(broker.octets(path) == nil)
    #expect(broker.link(path) == nil)
    #expect(broker.names(in: path).isEmpty)
  }

  @Test func `a path that is too long is refused, and the next request is answered`() {
    #expect(broker.link("/proc/1/" + String(repeating: "x", count: 5000)) == nil)
    #expect(broker.user(0) == "root")
  }

  @Test func `it may only read, without new privileges`() throws {
    #expect(broker.user(0) == "root")  // it has restricted itself before it answers
    let status = try String(contentsOfFile: "/proc/\(broker.pid)/status", encoding: .utf8)
    #expect(status.contains("Name:\tquerent-broker\n"))
    #expect(status.contains("NoNewPrivs:\t1\n"))
    #expect(status.contains("Seccomp:\t2\n"))
    // CAP_DAC_READ_SEARCH and CAP_SYS_PTRACE.
    let left = status.split(separator: "\n").first { $0.hasPrefix("CapEff:") }?.split(separator: "\t").last
    let capabilities = try #require(left.flatMap { UInt64($0, radix: 16) })
    #expect(capabilities & ~(1 << 2 | 1 << 19) == 0)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: "/proc/\(broker.pid)/fd").sorted() == [
        "0", "1", "2",
      ])
  }

  @Test func `it ends with its owner, and its own end is reported once`() throws {
    let reports = Mutex(0)
    let second = try FileBroker { reports.withLock { $0 += 1 } }
    #expect(second.user(0) == "root")
    kill(second.pid, SIGKILL)
    while waitpid(second.pid, nil, 0) < 0 && errno == EINTR {}
    #expect(second.user(0) == nil)
    #expect(second.link("/proc/1/exe") == nil)
    #expect(reports.withLock { $0 } == 1)

    var third: FileBroker? = try FileBroker {}
    let pid = try #require(third?.pid)
    third = nil
    var status: Int32 = -1
    while unsafe waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    #expect(status == 0)
  }
}
