import Foundation
import Lab
import Testing
import Traffic

/// What needs root: other users, mounts, the kernel.
@Suite(.serialized, .enabled(if: Requirements.isRoot, "needs root"))
struct HistoryAsRootTests {
  @Test func `a member of the group reads while the trace writes, and cannot write`() throws {
    let folder = try Folder()
    let (history, path) = (folder.path("history"), folder.path("capture"))
    try CaptureFile.exchanges(200).write(to: path)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path("."))
    let trace = try Running([
      "sh", "-c",
      """
      mkdir -m 2750 '\(history)' && chgrp 12345 '\(history)' &&
      (cat '\(path)'; exec sleep 60) | exec '\(Trace.command)' read --format json --history-directory '\(history)' -
      """,
    ])
    defer { trace.send(SIGKILL) }
    try trace.waitForOutput("\"sequence\":190,")
    func member(_ script: String) throws -> Running {
      let run = try Running([
        "setpriv", "--reuid=12345", "--regid=12345", "--clear-groups", "sh", "-c", script,
      ])
      run.wait()
      return run
    }
    let found = try member("'\(Trace.command)' history --directory '\(history)' --format json")
    #expect(found.text.split(separator: "\n").count >= 150, "\(found.errorText)")
    #expect(try member("sqlite3 '\(history)/2023-11-14.sqlite' 'DELETE FROM exchange'").wait() != 0)
    #expect(try member("touch '\(history)/x'").wait() != 0)
    let stranger = try Running([
      "setpriv", "--reuid=12345", "--regid=54321", "--clear-groups", Trace.command, "history", "--directory",
      history,
    ])
    #expect(stranger.wait() != 0)
  }

  @Test
  func
    `on a full disk a trace goes on, says it once, counts what is lost, and goes on storing when there is room`()
    throws
  {
    let folder = try Folder()
    let (mounted, capture) = (folder.path("mounted"), folder.path("capture"))
    try FileManager.default.createDirectory(atPath: mounted, withIntermediateDirectories: false)
    try CaptureFile.exchanges(4000).write(to: capture)
    // Half way the file that takes the room is removed.
    let run = try Running(
      [
        "unshare", "--mount", "sh", "-c",
        """
        mount -t tmpfs -o size=20M,mode=755 none '\(mounted)' && cd '\(mounted)' && head -c 20700000 /dev/zero >filler &&
        (head -c 200000 $capture; until grep -q 'cannot be written' '\(folder.path("said"))'; do :; done; rm filler;
          tail -c +200001 $capture) |
        $querent read --format json --output /dev/null --history-directory '\(mounted)/history' - 2>'\(folder.path("said"))'
        code=$?
        sqlite3 -readonly history/2023-11-14.sqlite 'PRAGMA integrity_check; SELECT count(*) FROM exchange' && exit $code
        """,
      ], environment: ["querent": Trace.command, "capture": capture])
    try Data().write(to: URL(filePath: folder.path("said")))
    let code = run.wait()
    let said = try String(contentsOfFile: folder.path("said"), encoding: .utf8)
    #expect(code == 74, "\(said) \(run.errorText)")
    #expect(said.ranges(of: "the history cannot be written").count == 1, "\(said)")
    #expect(said.ranges(of: "the history is written again").count == 1, "\(said)")
    #expect(
      said.contains("lost (not written)") && said.contains("every packet and message accounted for"),
      "\(said)")
    #expect(said.contains("output    json:/dev/null: 8000 = 8000 shown\n"), "\(said)")
    let lines = run.text.split(separator: "\n")
    #expect(lines.first == "ok")
    let stored = try #require(lines.last.flatMap { Int($0) })
    #expect(said.contains("history: 8000 = \(2 * stored) shown"), "\(stored): \(said)")
  }

  @Test func `a host without libsqlite3 traces, and says what a history needs`() throws {
    let folder = try Folder()
    let capture = folder.path("capture")
    try CaptureFile.exchanges(2).write(to: capture)
    let run = try Running(
      [
        "unshare", "--mount", "sh", "-c",
        """
        for library in /usr/lib/*/libsqlite3.so.0 /lib/*/libsqlite3.so.0; do
          [ -e $library ] && mount --bind /dev/null $(realpath $library)
        done
        $querent read --format keyvalue $capture 2>/dev/null | wc -l
        $querent read --history-directory '\(folder.path("history"))' $capture
        echo $?
        """,
      ], environment: ["querent": Trace.command, "capture": capture])
    run.wait()
    #expect(run.text == "4\n69\n", "\(run.errorText)")
    #expect(
      run.errorText.contains("libsqlite3.so.0") && run.errorText.contains("apt-get install libsqlite3-0"))
  }
}

/// A live trace.
@Suite(.serialized, .enabled(if: Requirements.kernel, "\(Requirements.kernelReason)"))
struct LiveHistoryTests {
  @Test func `a live trace stores what it shows, with processes, resolvers and chains`() throws {
    let (folder, namespace) = (try Folder(), try Namespace())
    let server = try namespace.startDnsmasq(addresses: ["127.0.0.2"])
    defer { server.send(SIGTERM) }
    let resolver = try namespace.startForwarder(upstream: "127.0.0.2")
    defer { resolver.send(SIGTERM) }
    let history = folder.path("history")
    let trace = try Trace(["--format", "json", "--history-directory", history])
    for number in 0..<5 {
      #expect(try namespace.start(["dig", "+short", "@127.0.0.1", "n\(number).example.test"]).wait() == 0)
    }
    #expect(try namespace.start(["dig", "+tcp", "+short", "@127.0.0.1", "tcp.example.test"]).wait() == 0)
    #expect(trace.interrupt() == 0, "\(trace.running.errorText)")
    let found = try Running([Trace.command, "history", "--directory", history, "--format", "json"])
    #expect(found.wait() == 0, "\(found.errorText)")
    #expect(found.text == trace.running.text)
    #expect(try trace.records(of: namespace).contains { $0["querent.forwarded"] != nil })
    let told = try Running([Trace.command, "history", "--directory", history, "--told", "192.0.2.1"])
    #expect(told.wait() == 0)
    for number in 0..<5 { #expect(told.text.contains("n\(number).example.test   dig ")) }
  }
}
