import Foundation
import Lab
import Testing
import Traffic

/// Existing files are not changed unless an option requests it.
struct OutputFileTests {
  private let folder: Folder
  private let capture: String
  private let output: String

  init() throws {
    folder = try Folder()
    capture = folder.path("capture")
    output = folder.path("output")
    try CaptureFile.exchanges(3).write(to: capture)
  }

  private func read(_ arguments: [String], code: Int32) throws -> Running {
    let run = try Running([Trace.command, "read", "--format", "json"] + arguments)
    #expect(run.wait() == code, "\(arguments): \(run.errorText)")
    return run
  }

  private func write(_ text: String, to path: String) throws {
    try text.write(toFile: path, atomically: false, encoding: .utf8)
  }

  private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  @Test func `a file that is not empty is refused and unchanged`() throws {
    try write("old\n", to: output)
    let run = try read(["--output", output, capture], code: 73)
    #expect(
      run.errorText == "querent: \(output) is not empty\n"
        + "  give --append to continue at its end, --overwrite to delete its contents, or another name\n")
    #expect(try text(output) == "old\n")
  }

  @Test func `an empty file is written to`() throws {
    try write("", to: output)
    _ = try read(["--output", output, capture], code: 0)
    #expect(try text(output).split(separator: "\n").count == 3)
  }

  @Test func `--overwrite empties the file, even if there are no records`() throws {
    try write(String(repeating: "old\n", count: 1000), to: output)
    _ = try read(["--overwrite", "--output", output, capture], code: 0)
    #expect(try text(output).split(separator: "\n").map(String.init).map(Record.init).count == 3)
    _ = try read(["--overwrite", "--output", output, "--name", "nothing.test", capture], code: 0)
    #expect(try text(output).isEmpty)
  }

  @Test func `--append continues at the end of the file, on a new line`() throws {
    _ = try read(["--append", "--output", output, capture], code: 0)
    let first = try text(output)
    _ = try read(["--append", "--output", output, capture], code: 0)
    #expect(try text(output) == first + first)
    try write(#"{"cut":"#, to: output)
    _ = try read(["--append", "--output", output, "--name", "nothing.test", capture], code: 0)
    #expect(try text(output) == #"{"cut":"#)
    _ = try read(["--append", "--output", output, capture], code: 0)
    #expect(try text(output) == #"{"cut":"# + "\n" + first)
  }

  @Test func `pcapng is appended as a section, and only to a complete pcapng file`() throws {
    let packets = ["--format", "pcapng", "--append", "--output", output, capture]
    _ = try read(packets, code: 0)
    _ = try read(packets, code: 0)
    let both = try read([output], code: 0)
    #expect(both.text.split(separator: "\n").count == 6)
    let whole = try Data(contentsOf: URL(filePath: output))
    let other = try Data(contentsOf: URL(filePath: capture))
    for damaged in [whole.dropLast(1), whole.dropLast(4), Data("text\n".utf8), other] {
      try damaged.write(to: URL(filePath: output))
      let run = try read(packets, code: 73)
      #expect(run.errorText.contains("does not end like a pcapng file"))
      #expect(try Data(contentsOf: URL(filePath: output)) == damaged)
    }
  }

  @Test(arguments: [
    ["--append", "--overwrite", "--output", "x"], ["--append"], ["--overwrite"],
    ["--append", "--format", "dnstap", "--output", "x"], ["--append", "--rotate", "1h", "--output", "x"],
    ["--overwrite", "--rotate", "1h", "--output", "x"],
    ["--overwrite", "--format", "dnstap", "--output", "unix:/nobody"],
  ])
  func `flags that contradict each other are refused:`(arguments: [String]) throws {
    _ = try read(arguments + [capture], code: 64)
  }

  @Test func `an input that is missing or not a capture leaves the output unchanged`() throws {
    try write("no capture, as it is", to: folder.path("text"))
    try write("old\n", to: output)
    _ = try read(["--overwrite", "--output", output, folder.path("nothing")], code: 66)
    _ = try read(["--overwrite", "--output", output, folder.path("text")], code: 65)
    _ = try read(["--overwrite", "--output", output, "--type", "NOSUCH", capture], code: 64)
    #expect(try text(output) == "old\n")
    _ = try read(["--output", folder.path("new"), folder.path("text")], code: 65)
    #expect(!FileManager.default.fileExists(atPath: folder.path("new")))
  }

  @Test(.enabled(if: geteuid() == 0, "needs root"))
  func `a trace that cannot start leaves the output unchanged`() throws {
    let copy = folder.path("querent")
    try FileManager.default.copyItem(atPath: Trace.command, toPath: copy)
    for path in [folder.path(""), copy] {
      try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: path)
    }
    try write("old\n", to: output)
    try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: output)
    for command in [[], ["run"]] {
      for path in [output, folder.path("new")] {
        let run = try Running(
          ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", copy] + command
            + ["--overwrite", "--output", path] + (command.isEmpty ? [] : ["--", "true"]))
        #expect(run.wait() == 77, "\(run.errorText)")
      }
    }
    #expect(try text(output) == "old\n")
    #expect(!FileManager.default.fileExists(atPath: folder.path("new")))
  }

  @Test(.enabled(if: Requirements.kernel, "\(Requirements.kernelReason)"))
  func `a command that cannot be started leaves the output unchanged`() throws {
    try write("old\n", to: output)
    for path in [output, folder.path("new")] {
      let run = try Running([Trace.command, "run", "--overwrite", "--output", path, "--", "/no/such/program"])
      #expect(run.wait() == 2)
    }
    #expect(try text(output) == "old\n")
    #expect(!FileManager.default.fileExists(atPath: folder.path("new")))
  }

  @Test(.enabled(if: Requirements.kernel, "\(Requirements.kernelReason)"))
  func `a file that another querent writes to is refused`() throws {
    let trace = try Trace(["--format", "json", "--output", output])
    let run = try read(["--overwrite", "--output", output, capture], code: 73)
    #expect(run.errorText.contains("is being written by another process"))
    #expect(trace.interrupt() == 0)
  }

  // MARK: Targets that are not regular files

  @Test func `a symbolic link is refused, whatever its target`() throws {
    try write("old\n", to: folder.path("victim"))
    for target in ["victim", "nothing"] {
      let link = folder.path("link-\(target)")
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: folder.path(target))
      for flag in [[], ["--append"], ["--overwrite"]] {
        let run = try read(flag + ["--output", link, capture], code: 73)
        #expect(run.errorText.hasPrefix("querent: \(link) is a symbolic link\n"))
      }
    }
    #expect(try text(folder.path("victim")) == "old\n")
    #expect(!FileManager.default.fileExists(atPath: folder.path("nothing")))
  }

  @Test func `a named pipe is written to when it has a reader`() throws {
    let pipe = folder.path("pipe")
    #expect(unsafe mkfifo(pipe, 0o600) == 0)
    let writing = try Running([Trace.command, "read", "--format", "json", "--output", pipe, capture])
    let reading = try Running(["cat", pipe])
    #expect(reading.wait() == 0)
    #expect(writing.wait() == 0, "\(writing.errorText)")
    #expect(reading.text.split(separator: "\n").count == 3)
  }

  @Test func `/dev/stdout and /dev/fd/N are used as open descriptors`() throws {
    let through = try read(["--output", "/dev/stdout", capture], code: 0)
    #expect(through.text.split(separator: "\n").count == 3)
    try write("old\n", to: output)
    let run = try Running([
      "bash", "-c", "'\(Trace.command)' read --format json --output /dev/fd/7 '\(capture)' 7>>'\(output)'",
    ])
    #expect(run.wait() == 0, "\(run.errorText)")
    #expect(try text(output).hasPrefix("old\n{"))
    _ = try read(["--output", "/dev/fd/999", capture], code: 73)
  }

  @Test(
    arguments: [
      ("/dev/null", 0), ("/dev/full", 74), ("/", 73), ("/no/such/folder/x", 73), ("/proc/version/x", 73),
    ] as [(String, Int32)])
  func `a device is written to, a directory is refused:`(path: String, code: Int32) throws {
    _ = try read(["--output", path, capture], code: code)
  }

  @Test(.enabled(if: geteuid() == 0, "needs root"))
  func `a block device and a socket are refused`() throws {
    let device = folder.path("disk")
    // Loop device 255, which need not exist.
    #expect(unsafe mknod(device, S_IFBLK | 0o600, dev_t(7 << 8 | 255)) == 0)
    _ = try read(["--overwrite", "--output", device, capture], code: 73)
    let listener = try Running([
      "python3", "-c",
      "import socket, sys; s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(); print(flush=True); input()",
      folder.path("socket"),
    ])
    defer { listener.send(SIGKILL) }
    try listener.waitForOutput("\n")
    _ = try read(["--output", folder.path("socket"), capture], code: 73)
  }

  // MARK: Inputs

  @Test(arguments: [[], ["--append"], ["--overwrite"]])
  func `an input file is never written to, by any path`(flag: [String]) throws {
    let before = try Data(contentsOf: URL(filePath: capture))
    #expect(unsafe link(capture, folder.path("hard")) == 0)
    try FileManager.default.createSymbolicLink(atPath: folder.path("soft"), withDestinationPath: capture)
    for name in ["capture", "hard", "soft", "../\(URL(filePath: folder.path("")).lastPathComponent)/capture"]
    {
      for input in [capture, folder.path("hard"), folder.path("soft")] {
        let run = try read(flag + ["--output", folder.path(name), input], code: 64)
        #expect(run.errorText.hasPrefix("querent: the output is also an input file\n"))
      }
    }
    let arguments = flag.joined(separator: " ")
    let querent = "'\(Trace.command)' read \(arguments)"
    for script in [
      "\(querent) --output '\(capture)' - <'\(capture)'",
      "\(querent) --output /dev/stdout '\(capture)' >>'\(capture)'",
      "'\(Trace.command)' read '\(capture)' >>'\(capture)'",
      "'\(Trace.command)' read '\(capture)' 1<>'\(capture)'",
      "'\(Trace.command)' read '\(capture)' 2>>'\(capture)'",
    ] {
      let run = try Running(["sh", "-c", script])
      #expect(run.wait() == 64, "\(script): \(run.errorText)")
    }
    #expect(try Data(contentsOf: URL(filePath: capture)) == before)
  }

  @Test func `a series never takes the name of an input, nor deletes one`() throws {
    let input = folder.path("out-20010101T000000Z-00001.pcap")
    try FileManager.default.moveItem(atPath: capture, toPath: input)
    let series = ["--output", folder.path("out.pcap"), "--rotate", "1B", "--keep", "1"]
    _ = try read(series + [input], code: 64)
    #expect(FileManager.default.fileExists(atPath: input))
  }

  @Test func `a series uses the next number if a file exists`() throws {
    // A file of another run that started after this one had listed the directory; reading standard input makes the order certain.
    let run = try Running([
      "bash", "-c",
      """
      cd '\(folder.path(""))'
      mkfifo pipe
      '\(Trace.command)' read --format json --output out.json --rotate 1h --verbose - <pipe &
      exec 9>pipe
      until [ "$(readlink /proc/$!/exe)" = '\(Trace.command)' ] && grep -q '^SigBlk:.*[1-9a-f]' /proc/$!/status; do :; done
      echo theirs >out-20231114T221320Z-00001.json; ln -s victim out-20231114T221320Z-00002.json.partial
      cat '\(capture)' >&9; exec 9>&-
      wait $!
      """,
    ])
    #expect(run.wait() == 0, "\(run.errorText)")
    #expect(try text(folder.path("out-20231114T221320Z-00001.json")) == "theirs\n")
    #expect(!FileManager.default.fileExists(atPath: folder.path("victim")))
    let ours = try FileManager.default.contentsOfDirectory(atPath: folder.path("")).filter {
      $0.hasSuffix("3.json")
    }
    #expect(ours.count == 1)
  }
}
