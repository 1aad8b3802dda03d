import Foundation
import Lab
import Testing

/// `querent demo` on a host that does not allow it.
@Suite struct RecordedDemoTests {
  private let folder: Folder
  /// A copy of the command that any user may run.
  private let command: String

  init() throws {
    folder = try Folder()
    command = folder.path("querent")
    try FileManager.default.copyItem(atPath: Trace.command, toPath: command)
    for path in [folder.path(""), command] {
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }
  }

  /// Runs it as nobody, or as the user who runs the tests if that is not root.
  private func unprivileged(_ arguments: [String]) throws -> Running {
    let user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    return try Running((geteuid() == 0 ? user : []) + [command, "demo"] + arguments)
  }

  private static let names = [
    "libc", "libc", "libc-tcp", "libc-tcp", "a", "aaaa", "six", "web", "stream", "stream6", "missing", "port",
    "nobody",
  ].map { "\($0).example.test" }.sorted()

  @Test func `without privileges it prints what is missing, and plays a recording marked as such`()
    throws
  {
    let demo = try unprivileged([])
    #expect(demo.wait() == 0, "\(demo.text)\(demo.errorText)")
    #expect(
      demo.errorText
        == "querent: needs root to load its kernel programs\n"
        + "  run it with sudo, or give it CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN\n")
    let lines = demo.text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.first?.hasPrefix("RECORDED  not this host: ") == true)
    let marked = lines.filter { $0.contains("RECORDED") }
    #expect(marked.count == 2)
    #expect(marked.last?.contains("13 exchanges of another host; nothing was traced on this host") == true)
    let exchanges = lines.filter { $0.contains(".example.test") }
    #expect(
      exchanges.compactMap { line in
        line.split(separator: " ").first { $0.hasSuffix(".test") }.map(String.init)
      }
      .sorted() == Self.names)
    #expect(exchanges.allSatisfy { $0.contains(" getent ") || $0.contains(" dig ") })
    #expect(demo.text.contains("nothing lost, every packet and message accounted for"))
  }

  @Test func `each record of the recording is marked as recorded`() throws {
    let demo = try unprivileged(["--format", "json"])
    #expect(demo.wait() == 0)
    let records = try demo.text.split(separator: "\n").filter { $0.hasPrefix("{") }.map {
      try Record(String($0))
    }
    #expect(records.compactMap { $0[text: "dns.question.name"] }.sorted() == Self.names)
    for record in records {
      #expect(record[text: "querent.attribution.method"] == "recorded")
      #expect(record["host"] == nil)
      #expect(record[texts: "process.args"]?.first == record[text: "process.name"])
    }
    #expect(records.filter { $0[text: "event.reason"] == "timeout" }.count == 1)
    #expect(records.filter { $0[text: "querent.answered_by.process.name"] == "querent" }.count == 12)
  }

  @Test(arguments: [["--live"], ["--tier", "cgroup"], ["--tap", "interface"]])
  func `with --live, --tier or --tap no recording is played`(_ arguments: [String]) throws {
    let demo = try unprivileged(arguments)
    #expect(demo.wait() == 77)
    #expect(demo.text.isEmpty)
  }

  @Test func `binary formats are refused`() throws {
    let demo = try unprivileged(["--format", "pcapng"])
    #expect(demo.wait() == 64)
    #expect(demo.errorText.contains("pcapng is not text"), "\(demo.errorText)")
  }

  @Test(.enabled(if: Self.canBeRootElsewhere, "needs user namespaces"))
  func `a refusal by a policy despite all capabilities is reported`() throws {
    let demo = try Running(["unshare", "--user", "--map-root-user", command, "demo"])
    #expect(demo.wait() == 0, "\(demo.errorText)")
    #expect(demo.errorText.contains("Operation not permitted"), "\(demo.errorText)")
    #expect(demo.text.contains("RECORDED: 13 exchanges"))
    let trace = try Running(["unshare", "--user", "--map-root-user", command, "--duration", "1s"])
    #expect(trace.wait() == 77, "\(trace.errorText)")
    #expect(trace.errorText.contains("forbids BPF here"), "\(trace.errorText)")
  }

  private static let canBeRootElsewhere: Bool = {
    (try? Running(["unshare", "--user", "--map-root-user", "true"]).wait()) == 0
  }()
}
