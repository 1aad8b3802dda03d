import Foundation
import Lab
import SystemPackage
import Testing

@testable import HostSystem

/// One file for output, with the real file system.
struct OutputFileTests {
  private let folder: Folder
  private var path: String { folder.path("out") }

  init() throws { folder = try Folder() }

  private func put(_ text: String) throws { try text.write(toFile: path, atomically: true, encoding: .utf8) }
  private func contents() throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  /// Why a file cannot be opened for output; nil if it can.
  private func refusal(_ path: String, _ mode: OutputFile.Mode = .refuseNonEmpty) -> OutputFile.OpenError? {
    do throws(OutputFile.OpenError) {
      let file = try OutputFile(path, mode: mode)
      if file.descriptor >= 0 { close(file.descriptor) }
      return nil
    } catch {
      return error
    }
  }

  @Test func `a new file is created by create, not earlier, and removed if nothing was written`() throws {
    var file = try OutputFile(path, mode: .refuseNonEmpty)
    #expect(!FileManager.default.fileExists(atPath: path))
    try file.create()
    defer { close(file.descriptor) }
    #expect(FileManager.default.fileExists(atPath: path))
    file.removeIfUnused()
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func `an older file is not removed, nor one that another process put in its place`()
    throws
  {
    try put("")
    var file = try OutputFile(path, mode: .refuseNonEmpty)
    try file.create()
    file.removeIfUnused()
    #expect(FileManager.default.fileExists(atPath: path))
    close(file.descriptor)
    try FileManager.default.removeItem(atPath: path)
    var created = try OutputFile(path, mode: .refuseNonEmpty)
    try created.create()
    defer { close(created.descriptor) }
    try FileManager.default.removeItem(atPath: path)
    try put("another's")
    created.removeIfUnused()
    #expect(try contents() == "another's")
  }

  @Test func `a file that is not empty is refused, except to append or overwrite`() throws {
    try put("old\n")
    #expect(refusal(path) == .notEmpty)
    for mode in [OutputFile.Mode.append, .overwrite] {
      let file = try OutputFile(path, mode: mode)
      defer { close(file.descriptor) }
      #expect(file.size == 4 && file.isAppendedTo == (mode == .append))
      // Opening changes nothing.
      #expect(try contents() == "old\n")
      try file.truncate()
      #expect(try contents() == (mode == .append ? "old\n" : ""))
    }
  }

  @Test func `a file has one writer at a time`() throws {
    var file = try OutputFile(path, mode: .append)
    try file.create()
    #expect(refusal(path, .append) == .inUse)
    close(file.descriptor)
    #expect(refusal(path, .append) == nil)
  }

  @Test func `a file that appears between the check and the creation is not written to`() throws {
    var file = try OutputFile(path, mode: .refuseNonEmpty)
    try put("another's")
    #expect(throws: OutputFile.OpenError.appeared) { try file.create() }
    #expect(try contents() == "another's")
  }

  @Test func `a symbolic link, a socket and a directory are refused`() throws {
    try put("")
    let link = folder.path("link")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
    #expect(refusal(link) == .symbolicLink)
    let collector = try FrameCollector(at: folder.path("socket"), .reads)
    #expect(refusal(folder.path("socket")) == .socket)
    _ = collector.stop()
    #expect(refusal(folder.path("")) == .failed(.isDirectory))
    for path in ["no/", "no/out"] {
      #expect(refusal(folder.path("") + "/" + path) == .failed(.noSuchFileOrDirectory))
    }
  }

  @Test func `opening a named pipe waits for a reader, and it is written to as a stream`() throws {
    let pipe = folder.path("fifo")
    try #require(unsafe mkfifo(pipe, 0o600) == 0)
    let reader = try Running(["cat", pipe])
    var file = try OutputFile(pipe, mode: .refuseNonEmpty)
    try file.create()
    #expect(!file.isRegular)
    Terminal.write("octets", to: file.descriptor)
    close(file.descriptor)
    #expect(reader.wait() == 0)
    #expect(reader.text == "octets")
  }

  @Test func `octets are read from the open file, even if its path names another one`() throws {
    try put("0123456789")
    let file = try OutputFile(path, mode: .append)
    defer { close(file.descriptor) }
    try FileManager.default.removeItem(atPath: path)
    try put("another's text")
    #expect(file.octets(at: 2, count: 3) == Array("234".utf8))
    #expect(file.octets(at: 8, count: 5) == Array("89".utf8))
    #expect(file.octets(at: 20, count: 5).isEmpty)
  }
}
