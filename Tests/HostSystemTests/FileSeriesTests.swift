import Foundation
import Lab
import ProcFS
import RecordSinks
import SystemPackage
import Testing

@testable import HostSystem

/// A series of files, in the test's own directory.
struct FileSeriesTests {
  private let folder: Folder
  private var directory: String { folder.path("") }

  init() throws { folder = try Folder() }

  /// Names such as `out-1`, `out-2`.
  private func series(keep: Int? = nil) -> FileSeries {
    FileSeries(
      directory: directory, keep: keep,
      names: FileSeries.Names(
        matches: { $0.hasPrefix("out-") && Int($0.dropFirst(4)) != nil },
        next: { name in Int(name.dropFirst(4)).map { "out-\($0 + 1)" } }))
  }

  private func batch(_ records: [(String, RecordMark?)]) -> RecordBatch {
    var batch = RecordBatch()
    for (text, mark) in records {
      batch.append(Array(text.utf8).span, messages: mark == nil ? 1 : 0, mark: mark)
    }
    return batch
  }

  private func file(_ number: Int, _ text: String) -> [(String, RecordMark?)] {
    [("head ", .head("out-\(number)")), (text, nil), (" foot", .end)]
  }

  private var names: [String] { ProcFS.names(in: directory).sorted() }

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: folder.path(name), encoding: .utf8)
  }

  @Test func `a file has its name when it is complete, and a suffix until then`() throws {
    var series = series()
    _ = series.write(batch([("head ", .head("out-1")), ("one", nil)])) { true }
    #expect(names == ["out-1.partial"])
    _ = series.write(batch([(" two", nil), (" foot", .end)])) { true }
    #expect(names == ["out-1"])
    #expect(try text("out-1") == "head one two foot")
  }

  @Test func `one batch may end a file and start the next`() throws {
    var series = series()
    let outcome = series.write(batch(file(1, "one") + file(2, "two"))) { true }
    #expect(outcome.lost == 0 && outcome.error == nil)
    #expect(try ["out-1", "out-2"].map(text) == ["head one foot", "head two foot"])
  }

  @Test func `finish completes the open file`() throws {
    var series = series()
    _ = series.write(batch([("head ", .head("out-1")), ("one", nil)])) { true }
    let outcome = series.finish { true }
    #expect(outcome.lost == 0 && outcome.error == nil)
    #expect(names == ["out-1"])
  }

  @Test func `a file without a record is removed`() {
    var series = series()
    _ = series.write(batch([("head ", .head("out-1")), (" foot", .end)])) { true }
    #expect(names.isEmpty)
  }

  @Test func `no existing file is replaced: the next name is taken, complete or not`() throws {
    for name in ["out-1", "out-2.partial"] {
      try "old".write(toFile: folder.path(name), atomically: true, encoding: .utf8)
    }
    var series = series()
    let outcome = series.write(batch(file(1, "new"))) { true }
    #expect(outcome.lost == 0 && outcome.error == nil)
    #expect(names == ["out-1", "out-2.partial", "out-3"])
    #expect(try ["out-1", "out-2.partial", "out-3"].map(text) == ["old", "old", "head new foot"])
  }

  @Test func `a file whose name is created while it is written is not replaced either`() throws {
    var series = series()
    _ = series.write(batch([("head ", .head("out-1")), ("new", nil)])) { true }
    try "old".write(toFile: folder.path("out-1"), atomically: false, encoding: .utf8)
    _ = series.write(batch([(" foot", .end)])) { true }
    #expect(names == ["out-1", "out-2"])
    #expect(try ["out-1", "out-2"].map(text) == ["old", "head new foot"])
  }

  @Test func `keep retains that many complete files, and does not touch files with other names`() throws {
    try "other".write(toFile: folder.path("other"), atomically: true, encoding: .utf8)
    var series = series(keep: 2)
    for number in 1...4 { _ = series.write(batch(file(number, "\(number)"))) { true } }
    #expect(names == ["other", "out-3", "out-4"])
  }

  @Test func `if no file can be created, records are lost and the error has the reason`() throws {
    var series = series(keep: 1)
    _ = series.write(batch(file(1, "one"))) { true }
    try FileManager.default.removeItem(atPath: directory)
    let outcome = series.write(batch(file(2, "two"))) { true }
    #expect(outcome.lost == 1 && outcome.error == .noSuchFileOrDirectory)
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
    // It continues when the directory exists again.
    let next = series.write(batch(file(3, "three"))) { true }
    #expect(next.lost == 0 && next.error == nil)
    #expect(names == ["out-3"])
  }

  @Test func `a series recognises its files by identity, for any path or link`() throws {
    for name in ["out-1", "out-2.partial", "other"] {
      try name.write(toFile: folder.path(name), atomically: true, encoding: .utf8)
    }
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("link"), withDestinationPath: folder.path("out-1"))
    let series = series()
    for (name, isOfSeries) in [("out-1", true), ("link", true), ("out-2.partial", true), ("other", false)] {
      let identity = try #require(FileIdentity(path: folder.path(name)))
      #expect(series.contains(anyOf: [identity]) == isOfSeries, "\(name)")
    }
  }
}
