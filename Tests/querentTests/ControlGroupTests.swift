import Foundation
import Lab
import Testing

/// `--cgroup` on the real kernel.
@Suite(.serialized, .enabled(if: Requirements.kernel, "\(Requirements.kernelReason)"))
struct ControlGroupTests {
  /// The mount point of cgroup v2.
  private static let mount: String = {
    let mounts = (try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)) ?? ""
    let line = mounts.split(separator: "\n").first { $0.contains(" - cgroup2 ") }
    return line.map { String($0.split(separator: " ")[4]) } ?? ""
  }()

  @Test func `only sockets of the given cgroup and those below it are traced`() throws {
    let path = "\(Self.mount)/querent-test-\(getpid())"
    let inner = "\(path)/inner"
    try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: true)
    defer { _ = try? Running(["rmdir", inner, path]).wait() }
    let namespace = try Namespace()
    let server = try namespace.startDnsmasq()
    defer { server.send(SIGTERM) }
    let trace = try Trace(["--cgroup", path, "--format", "json"])
    for (cgroup, name) in [(path, "own"), (inner, "below"), (Self.mount, "other")] {
      let client = try namespace.startWithHostFiles([
        "sh", "-c", "echo $$ > \(cgroup)/cgroup.procs && exec dig +tries=1 @127.0.0.1 \(name).example.test",
      ])
      #expect(client.wait() == 0, "\(client.text)")
    }
    #expect(trace.interrupt() == 0)
    let records = try trace.records(of: namespace)
    #expect(
      records.compactMap { $0[text: "dns.question.name"] } == ["own.example.test", "below.example.test"])
    // The server's socket is outside.
    #expect(records.allSatisfy { $0.object["querent.answered_by.process.pid"] == nil })
  }

  @Test(arguments: [
    (["--cgroup", "/tmp"], "querent: /tmp is not a cgroup\n"),
    (["--cgroup", "/nosuch"], "querent: /nosuch is not a cgroup\n"),
    (
      ["--cgroup", "/tmp", "--tap", "interface"],
      "querent: --cgroup cannot be combined with --tap interface or --interface\n"
    ),
  ])
  func `a directory that is no cgroup is refused`(_ arguments: [String], _ message: String) throws {
    let refused = try Running([Trace.command] + arguments)
    #expect(refused.wait() == 64)
    #expect(refused.errorText.hasPrefix(message), "\(refused.errorText)")
  }

  @Test func `run refuses another tap`() throws {
    let refused = try Running([Trace.command, "run", "--cgroup", Self.mount, "--", "true"])
    #expect(refused.wait() == 64)
    #expect(refused.errorText.contains("leave out --tap, --interface and --cgroup"), "\(refused.errorText)")
  }
}
