import Foundation
import Lab
import Testing
import Traffic

/// Output on a full disk: a small tmpfs in a private mount namespace.
@Suite(.enabled(if: geteuid() == 0, "needs root"))
struct FullDiskTests {
  private static let count = 400
  static let formats = ["table", "keyvalue", "json", "eve", "dnstap", "pcapng"]

  /// The files afterwards, and standard error.
  private struct Outcome {
    var code: Int32
    var said: String
    var files: [String: Data]
  }

  /// Reads a capture of 400 exchanges with a command line that may use `$querent` and `$capture`, in a file system
  /// of 16 KiB.
  private static func play(_ script: String) throws -> Outcome {
    let folder = try Folder()
    let (mounted, kept, capture) = (folder.path("mounted"), folder.path("kept"), folder.path("capture"))
    for path in [mounted, kept] {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }
    try CaptureFile.exchanges(count).write(to: capture)
    let run = try Running(
      [
        "unshare", "--mount", "sh", "-c",
        "mount -t tmpfs -o size=16k none '\(mounted)' && cd '\(mounted)' && \(script); code=$?; "
          + "cp -a . '\(kept)' && exit $code",
      ], environment: ["querent": Trace.command, "capture": capture])
    let code = run.wait()
    var files: [String: Data] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: kept) {
      files[name] = try Data(contentsOf: URL(filePath: "\(kept)/\(name)"))
    }
    return Outcome(code: code, said: run.errorText, files: files)
  }

  /// The output of a run on a disk with enough space.
  private static func whole(_ format: String) throws -> [UInt8] {
    let folder = try Folder()
    let (capture, output) = (folder.path("capture"), folder.path("output"))
    try CaptureFile.exchanges(count).write(to: capture)
    let run = try Running([Trace.command, "read", "--format", format, "--output", output, capture])
    #expect(run.wait() == 0, "\(run.errorText)")
    return [UInt8](try Data(contentsOf: URL(filePath: output)))
  }

  /// Octets of whole records at the start of a file.
  private static func wholeRecords(_ format: String, _ octets: [UInt8]) -> Int {
    func number(_ place: Int, _ isBig: Bool) -> Int {
      let octets = octets[place..<(place + 4)]
      return (isBig ? Array(octets) : octets.reversed()).reduce(0) { $0 << 8 | Int($1) }
    }
    var place = 0
    switch format {
    case "pcapng":
      while place + 12 <= octets.count, place + number(place + 4, false) <= octets.count {
        place += number(place + 4, false)
      }
    case "dnstap":
      while place + 8 <= octets.count {
        let length = number(place, true)
        let end = length == 0 ? place + 8 + number(place + 4, true) : place + 4 + length
        guard end <= octets.count else { break }
        place = end
      }
    default: place = (octets.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
    }
    return place
  }

  private static func check(_ outcome: Outcome) {
    #expect(outcome.code == 74, "\(outcome.said)")
    #expect(outcome.said.contains("could not write everything: No space left on device"), "\(outcome.said)")
    #expect(outcome.said.contains("lost (not written)"), "\(outcome.said)")
    #expect(outcome.said.contains("every packet and message accounted for"), "\(outcome.said)")
  }

  @Test(arguments: formats)
  func `a file on a full disk ends with a whole record, and the exit code is 74:`(format: String) throws {
    let outcome = try Self.play("$querent read --format \(format) --output out $capture")
    Self.check(outcome)
    #expect(outcome.files.count == 1)
    let octets = [UInt8](try #require(outcome.files["out"]))
    #expect(octets.count > 8000 || format == "pcapng")
    #expect(Self.wholeRecords(format, octets) == octets.count)
    let expected = try Self.whole(format)
    #expect(octets.count < expected.count && expected.starts(with: octets))
  }

  @Test(arguments: formats)
  func `files of a series on a full disk are whole, none is empty, and the exit code is 74:`(
    format: String
  ) throws {
    let outcome = try Self.play("$querent read --format \(format) --output out.x --rotate 6kB $capture")
    Self.check(outcome)
    #expect(!outcome.files.isEmpty)
    for (name, file) in outcome.files {
      #expect(name.hasSuffix(".x"), "\(name) is not complete")
      #expect(!file.isEmpty, "\(name)")
      #expect(Self.wholeRecords(format, [UInt8](file)) == file.count, "\(name)")
      switch format {
      case "table": #expect(file.starts(with: Data("TIME ".utf8)), "\(name)")
      case "pcapng": #expect(file.starts(with: [0x0a, 0x0d, 0x0d, 0x0a]), "\(name)")
      case "dnstap": #expect(file.starts(with: [0, 0, 0, 0]), "\(name)")
      default: break
      }
    }
  }

  @Test(arguments: formats)
  func `while writing fails, --keep deletes nothing:`(format: String) throws {
    let old = (1...3).map { "out-20010101T00000\($0)Z-0000\($0).x" }
    let outcome = try Self.play(
      old.map { "echo good >\($0) && " }.joined()
        + "$querent read --format \(format) --output out.x --rotate 1MB --keep 1 $capture")
    Self.check(outcome)
    for name in old { #expect(outcome.files[name] == Data("good\n".utf8), "\(name)") }
    #expect(outcome.files.allSatisfy { !$0.key.hasSuffix(".x") || !$0.value.isEmpty })
  }

  @Test(arguments: formats)
  func `if the head of a file does not fit, no file has its final name:`(
    format: String
  ) throws {
    let outcome = try Self.play(
      "head -c 16384 /dev/zero >filler; $querent read --format \(format) --output out.x --rotate 1MB $capture"
    )
    Self.check(outcome)
    #expect(Array(outcome.files.keys) == ["filler"])
  }

  @Test(arguments: formats)
  func `the contents of a file are kept if there is no space to append:`(format: String) throws {
    // dnstap cannot be appended to: its readers stop at the end of the first stream.
    guard format != "dnstap" else { return }
    let outcome = try Self.play(
      """
      $querent read --format \(format) --output out $capture --count 1 2>/dev/null && cp out old &&
      $querent read --format \(format) --append --output out $capture
      """)
    Self.check(outcome)
    let (old, new) = (
      [UInt8](try #require(outcome.files["old"])), [UInt8](try #require(outcome.files["out"]))
    )
    #expect(new.starts(with: old))
    #expect(Self.wholeRecords(format, new) == new.count)
  }

  @Test func `a limit on the file size is handled like a full disk`() throws {
    let folder = try Folder()
    try CaptureFile.exchanges(Self.count).write(to: folder.path("capture"))
    let run = try Running([
      "sh", "-c",
      "ulimit -f 8; exec '\(Trace.command)' read --format json --output '\(folder.path("out"))' '\(folder.path("capture"))'",
    ])
    #expect(run.wait() == 74, "\(run.errorText)")
    #expect(run.errorText.contains("File too large"))
    let text = try String(contentsOfFile: folder.path("out"), encoding: .utf8)
    #expect(text.hasSuffix("}\n"))
  }

  @Test func `standard output on a full disk has the same exit code`() throws {
    let outcome = try Self.play("$querent read --format json $capture >out")
    Self.check(outcome)
  }

  @Test func `writing continues with whole records when there is space again`() throws {
    // More input arrives only after the disk is full and space has been freed.
    let outcome = try Self.play(
      """
      head -c 8192 /dev/zero >filler
      (cat $capture; until [ "$(stat -f -c %f .)" = 0 ]; do :; done; rm filler; tail -c +25 $capture) |
        $querent read --format json --output out -
      """)
    #expect(outcome.code == 74, "\(outcome.said)")
    let text = String(decoding: try #require(outcome.files["out"]), as: UTF8.self)
    #expect(text.hasSuffix("}\n"))
    for line in text.split(separator: "\n") { _ = try Record(String(line)) }
  }
}
