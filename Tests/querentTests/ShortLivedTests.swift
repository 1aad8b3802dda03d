import Foundation
import Lab
import Testing

/// Programs that end before /proc can be read; SHORT_LIVED sets how many (10000 for the long form).
@Suite(.serialized, .enabled(if: Requirements.kernel, "\(Requirements.kernelReason)"))
struct ShortLivedTests {
  private static let count = ProcessInfo.processInfo.environment["SHORT_LIVED"].flatMap(Int.init) ?? 300

  @Test(arguments: ["/usr/bin/busybox", "./bin/busybox"])
  func `every program that a shell executes is shown with its absolute path and its own arguments`(
    path: String
  )
    throws
  {
    let namespace = try Namespace()
    let server = try namespace.startDnsmasq()
    defer { server.send(SIGTERM) }
    try FileManager.default.createDirectory(
      atPath: "\(namespace.folder)/bin", withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: "/usr/bin/busybox", toPath: "\(namespace.folder)/bin/busybox")
    let trace = try Trace(["--format", "json", "--type", "A"])
    let client = try namespace.start([
      "sh", "-c",
      """
      cd \(namespace.folder)
      n=0
      while [ $n -lt \(Self.count) ]; do
        sh -c "exec \(path) nslookup -type=a n$n.example.test 127.0.0.1" >/dev/null || exit 1
        n=$((n + 1))
      done
      """,
    ])
    #expect(client.wait() == 0, "\(client.errorText)")
    #expect(trace.interrupt() == 0)
    let records = try trace.records(of: namespace)
    #expect(records.count == Self.count)
    let executable = path.hasPrefix(".") ? namespace.folder + path.dropFirst() : path
    let others = records.filter { record in
      let name = record[text: "dns.question.name"] ?? ""
      return record[text: "process.executable"] != executable
        || record[texts: "process.args"] != [path, "nslookup", "-type=a", name, "127.0.0.1"]
    }
    #expect(others.isEmpty, "\(others.count) of \(Self.count): \(others.first.map { "\($0)" } ?? "")")
  }
}
