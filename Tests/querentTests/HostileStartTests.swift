import Foundation
import Lab
import Testing
import Traffic

/// Starts with hostile files, closed descriptors and too little memory.
@Suite(.serialized, .enabled(if: Requirements.kernel, "\(Requirements.kernelReason)"))
struct HostileStartTests {
  /// Runs a script in a mount namespace with its own world-writable /tmp.
  private static func withPrivateTmp(_ script: String) throws -> Running {
    try Running([
      "unshare", "--mount", "bash", "-c",
      "cd '\(URL(filePath: Trace.command).deletingLastPathComponent().path)' && mount -t tmpfs -o mode=0777 none /tmp && \(script)",
    ])
  }

  @Test func `the demo follows no link that another user has made in /tmp, and creates no file there`() throws
  {
    // The subshell executes the demo, so the names of the links contain its pid.
    let run = try Self.withPrivateTmp(
      """
      { echo precious >/tmp/victim; chmod 600 /tmp/victim
      (for n in 0 1; do setpriv --reuid=65534 --clear-groups ln -s victim /tmp/querent-demo-$BASHPID-$n; done
      exec env ./querent demo >/dev/null); code=$?
      cat /tmp/victim; ls -A /tmp | wc -l; exit $code; }
      """)
    #expect(run.wait() == 0, "\(run.errorText)")
    #expect(run.text == "precious\n3\n")
  }

  @Test func `a demo that is killed leaves no files or mounts`() throws {
    let run = try Self.withPrivateTmp(
      "{ ./querent demo >/dev/null & echo $!; wait $!; ls -A /tmp; echo over; }")
    // Everything is set up when this is printed.
    try run.waitForError("ready")
    let pid = try #require(Int32(run.text.trimmingCharacters(in: .whitespacesAndNewlines)))
    #expect(kill(pid, SIGKILL) == 0)
    run.wait()
    #expect(run.text == "\(pid)\nover\n")
  }

  @Test(arguments: ["0", "1", "2", "0 1 2"])
  func `messages never go into the output file if standard descriptors are closed:`(closed: String)
    throws
  {
    let folder = try Folder()
    let (capture, output) = (folder.path("capture"), folder.path("output"))
    try CaptureFile.exchanges(2).write(to: capture)
    let closing = closed.split(separator: " ").map { $0 == "0" ? "<&-" : "\($0)>&-" }.joined(separator: " ")
    let read = try Running([
      "sh", "-c", "'\(Trace.command)' read --format json --output '\(output)' '\(capture)' \(closing)",
    ])
    #expect(read.wait() == 0)
    let text = try String(contentsOfFile: output, encoding: .utf8)
    #expect(text.split(separator: "\n").count == 2)
    for line in text.split(separator: "\n") { _ = try Record(String(line)) }
    let live = folder.path("live")
    let watch = try Running([
      "sh", "-c",
      "'\(Trace.command)' --format json --name nothing.test --output '\(live)' --duration 1ms \(closing)",
    ])
    #expect(watch.wait() == 0)
    #expect(try Data(contentsOf: URL(filePath: live)).isEmpty)
  }

  @Test func `records for a closed standard output are reported as lost`() throws {
    let folder = try Folder()
    try CaptureFile.exchanges(2).write(to: folder.path("capture"))
    let read = try Running(["sh", "-c", "'\(Trace.command)' read '\(folder.path("capture"))' >&-"])
    #expect(read.wait() == 74)
    #expect(read.errorText.contains("could not write everything"))
  }

  private static let commands = [
    ["--duration", "1ms"], ["run", "--", "true"], ["read", "--format", "json", "--timeout", "1h"], ["demo"],
    ["doctor"],
  ]

  @Test(arguments: Array(stride(from: 40_000, through: 100_000, by: 6000)) + [150_000, 250_000, 400_000])
  func `with too little memory every command ends, and prints an error message if it fails:`(kibibytes: Int)
    throws
  {
    let folder = try Folder()
    let capture = folder.path("capture")
    try CaptureFile.exchanges(20_000).write(to: capture)
    for command in Self.commands {
      let arguments = command + (command[0] == "read" ? [capture] : [])
      // timeout(1) exits with 124 or 137 if it had to end the command.
      let run = try Running(
        [
          "sh", "-c", "ulimit -c 0; ulimit -v \(kibibytes); exec timeout -k 2 30 \"$@\" >/dev/null", "sh",
          Trace.command,
        ] + arguments)
      let code = run.wait()
      #expect([0, 1, 2, 69, 127].contains(code), "\(command) with \(kibibytes): \(code) \(run.errorText)")
      if code != 0, command[0] != "doctor" {
        #expect(!run.errorText.isEmpty, "\(command) with \(kibibytes): \(code)")
      }
    }
  }
}
