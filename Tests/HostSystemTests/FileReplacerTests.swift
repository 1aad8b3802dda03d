import Bytes
import Foundation
import Lab
import Synchronization
import SystemPackage
import Testing

@testable import HostSystem

/// A file that is replaced again and again, in the real file system.
struct FileReplacerTests {
  private let folder: Folder
  private var path: String { folder.path("m.prom") }
  private let reports = Reports()

  init() throws { folder = try Folder() }

  /// What the replacer reports.
  private final class Reports: Sendable {
    private let texts = Mutex<[String]>([])
    var all: [String] { texts.withLock { $0 } }
    func add(_ text: String) { texts.withLock { $0.append(text) } }
  }

  private func replacer() throws -> FileReplacer {
    try FileReplacer(path, replacing: "# mine") { [reports] in reports.add($0) }
  }

  private func contents() throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
  private func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path(""))
  }

  /// Lets the thread write a version, and waits until it has.
  private func write(_ text: String, with replacer: FileReplacer) {
    let counts = replacer.counts
    let written = BlockingQueue<Void>(capacity: 1)
    replacer.offer {
      $0.append(text: text)
      _ = written.offer(())
    }
    _ = written.takeAll()
    while replacer.counts == counts || replacer.isWriting { sched_yield() }
  }

  @Test func `each version replaces the one before, may be read by all, and nothing else remains`() throws {
    let replacer = try replacer()
    let before = umask(0o077)
    defer { umask(before) }
    try replacer.start()
    #expect(try names() == [])
    for number in 1...3 {
      write("# mine \(number)\n", with: replacer)
      #expect(try contents() == "# mine \(number)\n")
      #expect(try names() == ["m.prom"])
    }
    let counts = replacer.finish(within: 60_000) { $0.append(text: "# mine, last\n") }
    #expect(counts.written == 4 && counts.skipped == 0 && counts.failed == 0 && counts.error == nil)
    #expect(try contents() == "# mine, last\n")
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o644)
  }

  @Test func `a reader that has opened a version reads all of it`() throws {
    let replacer = try replacer()
    try replacer.start()
    write("# mine 1\n", with: replacer)
    let reading = try FileHandle(forReadingFrom: URL(filePath: path))
    write("# mine 2, longer\n", with: replacer)
    #expect(try reading.readToEnd() == Data("# mine 1\n".utf8))
    _ = replacer.finish(within: 60_000) { _ in }
  }

  @Test func `a version that finds the one before unwritten is skipped, and the caller never waits`() throws {
    let replacer = try replacer()
    try replacer.start()
    let (begun, go) = (BlockingQueue<Void>(capacity: 1), BlockingQueue<Void>(capacity: 1))
    replacer.offer {
      _ = begun.offer(())
      _ = go.takeAll()
      $0.append(text: "# mine, slow\n")
    }
    _ = begun.takeAll()
    for _ in 1...3 { replacer.offer { $0.append(text: "# mine, skipped\n") } }
    #expect(replacer.counts.skipped == 3)
    _ = go.offer(())
    let counts = replacer.finish(within: 60_000) { $0.append(text: "# mine, last\n") }
    #expect(counts.written == 2 && counts.skipped == 3)
    #expect(try contents() == "# mine, last\n")
  }

  @Test func `a disk that takes too long at the end is an error`() throws {
    let replacer = try replacer()
    try replacer.start()
    let go = BlockingQueue<Void>(capacity: 1)
    #expect(replacer.finish(within: 1) { _ in _ = go.takeAll() }.error == .timedOut)
    _ = go.offer(())
  }

  @Test func `a failure is reported once, each version is tried, and success is reported again`() throws {
    let replacer = try replacer()
    try replacer.start()
    // The last component of the path becomes a directory that no file can replace.
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    for _ in 1...3 { write("# mine\n", with: replacer) }
    #expect(replacer.counts.failed == 3 && replacer.counts.error == .isDirectory)
    #expect(reports.all == ["can't write \(path): Is a directory: it is tried again each time"])
    #expect(try names() == ["m.prom"])
    try FileManager.default.removeItem(atPath: path)
    write("# mine\n", with: replacer)
    #expect(reports.all.last == "\(path) is written again")
    #expect(replacer.counts.written == 1 && replacer.counts.error == nil)
    _ = replacer.finish(within: 60_000) { _ in }
  }

  @Test func `the last version's failure is its result`() throws {
    let replacer = try replacer()
    try replacer.start()
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    #expect(replacer.finish(within: 60_000) { _ in }.error == .isDirectory)
  }

  @Test
  func `what a killed process has left beside it is replaced, and a symbolic link there is not followed`()
    throws
  {
    let replacer = try replacer()
    let left = folder.path(".m.prom.querent-\(getpid())")
    let target = folder.path("target")
    try "kept".write(toFile: target, atomically: true, encoding: .utf8)
    try FileManager.default.createSymbolicLink(atPath: left, withDestinationPath: target)
    try replacer.start()
    write("# mine\n", with: replacer)
    #expect(try contents() == "# mine\n")
    #expect(try String(contentsOfFile: target, encoding: .utf8) == "kept")
    #expect(try names().sorted() == ["m.prom", "target"])
    _ = replacer.finish(within: 60_000) { _ in }
  }

  @Test func `a symbolic link that takes the path's place later is replaced, not followed`() throws {
    let replacer = try replacer()
    try replacer.start()
    let target = folder.path("target")
    try "kept".write(toFile: target, atomically: true, encoding: .utf8)
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
    write("# mine\n", with: replacer)
    #expect(try String(contentsOfFile: target, encoding: .utf8) == "kept")
    #expect(try contents() == "# mine\n")
    _ = replacer.finish(within: 60_000) { _ in }
  }

  @Test func `an earlier version and an empty file may be replaced, other contents may not`() throws {
    for (text, refusal) in [
      ("# mine, old\n", nil), ("", nil), ("# min", .foreign), ("root:x:0:0\n", .foreign),
    ] as [(String, FileReplacer.Refusal?)] {
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      #expect(self.refusal() == refusal, "\(text)")
      #expect(try contents() == text)
    }
  }

  @Test func `what is not a regular file is refused, and a path where nothing can be created`() throws {
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/nowhere")
    #expect(refusal() == .symbolicLink)
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    #expect(refusal() == .notRegular)
    #expect(refusal("/dev/null") == .notRegular)
    #expect(refusal(folder.path("") + "/") == .notRegular)
    #expect(refusal(folder.path("no/such")) == .failed(.noSuchFileOrDirectory))
    #expect(refusal(folder.path("m.prom/.")) == .notRegular)
  }

  private func refusal(_ path: String? = nil) -> FileReplacer.Refusal? {
    do throws(FileReplacer.Refusal) {
      _ = try FileReplacer(path ?? self.path, replacing: "# mine") { _ in }
      return nil
    } catch {
      return error
    }
  }
}
