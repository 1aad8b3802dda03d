import Foundation
import RecordSinks
import SystemPackage
import Testing

@testable import HostSystem

/// Records on a disk that is full temporarily: a small tmpfs in the private mount namespace of one thread.
@Suite(.enabled(if: geteuid() == 0, "needs root"))
struct RecordWriterTests {
  private static func batch(_ records: [(String, RecordMark?)]) -> RecordBatch {
    var batch = RecordBatch()
    for (text, mark) in records {
      batch.append(Array(text.utf8).span, messages: mark == nil ? 1 : 0, mark: mark)
    }
    return batch
  }

  private static func records(_ letter: Character, _ count: Int) -> [(String, RecordMark?)] {
    (0..<count).map { ("\(letter)\($0)-" + String(repeating: letter, count: 90) + "\n", nil) }
  }

  /// The contents of a file after writing, with at first only `room` octets free on the disk, and more afterwards.
  private struct Outcome: Sendable {
    var text = ""
    var lost: UInt64 = 0
    var whileFull = WriteOutcome()
    var afterwards = WriteOutcome()
    var end = WriteOutcome()
  }

  private static func play(
    _ partialRecordPolicy: RecordWriter.PartialRecordPolicy, pages: Int,
    first: [(String, RecordMark?)], then: [(String, RecordMark?)]
  ) throws -> Outcome {
    let folder = FileManager.default.temporaryDirectory.appending(path: "querent-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let result = BlockingQueue<Outcome?>(capacity: 1)
    let (early, late) = (batch(first), batch(then))
    let thread = try HostSystem.Thread {
      _ = result.offer(inSmallFileSystem(folder, partialRecordPolicy, pages, early, late))
    }
    thread.join()
    return try #require(result.takeAll()?.first ?? nil)
  }

  private static func inSmallFileSystem(
    _ folder: String, _ partialRecordPolicy: RecordWriter.PartialRecordPolicy, _ pages: Int,
    _ early: RecordBatch, _ late: RecordBatch
  ) -> Outcome? {
    // The mount namespace belongs to this thread only.
    guard (try? PrivateNamespaces.enter()) != nil, unsafe mount("none", folder, "tmpfs", 0, "size=64k") == 0
    else {
      return nil
    }
    let page = 4096
    let filler = "\(folder)/filler"
    guard FileManager.default.createFile(atPath: filler, contents: Data(count: (16 - pages) * page)) else {
      return nil
    }
    let file = "\(folder)/file"
    let descriptor = unsafe open(file, O_WRONLY | O_CREAT | O_EXCL | O_APPEND, 0o600)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var outcome = Outcome()
    var writer = RecordWriter(descriptor, partialRecordPolicy)
    outcome.whileFull = writer.write(early) { true }
    unsafe unlink(filler)
    outcome.afterwards = writer.write(late) { true }
    outcome.end = writer.end()
    outcome.text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? "unreadable"
    return outcome
  }

  @Test(arguments: [RecordWriter.PartialRecordPolicy.truncate, .complete])
  func `after a full disk every record is complete or absent, and lost records are counted`(
    _ partialRecordPolicy: RecordWriter.PartialRecordPolicy
  ) throws {
    let (early, late) = (Self.records("a", 100), Self.records("b", 3))
    let outcome = try Self.play(partialRecordPolicy, pages: 1, first: early, then: late)
    let lines = outcome.text.split(separator: "\n").map { String($0) + "\n" }
    #expect(lines.filter { $0.hasPrefix("b") } == late.map(\.0))
    let kept = lines.filter { $0.hasPrefix("a") }
    // The record at which writing stopped is written first afterwards.
    #expect(kept == early.prefix(kept.count).map(\.0))
    #expect(kept.count > 40 && kept.count < 60)
    #expect(outcome.whileFull.error == .noSpace)
    #expect(outcome.whileFull.unacknowledged == 1)
    #expect(outcome.whileFull.lost == UInt64(early.count - kept.count))
    #expect(outcome.afterwards.lost == 0 && outcome.end.lost == 0 && outcome.end.error == nil)
  }

  @Test func `the head of a file and the declarations of records are never lost while records follow`()
    throws
  {
    let early = [
      ("HEAD\n", RecordMark.head(nil) as RecordMark?), ("one\n", nil),
      ("DECLARED\n", .declaration),
      ("two\n", nil),
    ]
    let outcome = try Self.play(.truncate, pages: 0, first: early, then: [("three\n", nil)])
    #expect(outcome.text == "HEAD\nDECLARED\nthree\n")
    #expect(outcome.whileFull.lost == 2 && outcome.whileFull.error == .noSpace)
    #expect(outcome.afterwards.lost == 0 && outcome.end.error == nil)
  }

  @Test func `a disk that stays full is reported at the end`() throws {
    let outcome = try Self.play(.truncate, pages: 1, first: [], then: Self.records("c", 1000))
    #expect(outcome.end.error == .noSpace && outcome.end.lost == 1)
    let kept = outcome.text.split(separator: "\n").count
    #expect(outcome.text.hasSuffix("\n"))
    #expect(outcome.afterwards.lost + outcome.end.lost + UInt64(kept) == 1000)
  }
}
