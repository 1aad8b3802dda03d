import Foundation
import Lab
import SystemPackage
import Testing

@testable import HostSystem

struct InputFileTests {
  private let folder: Folder

  init() throws { folder = try Folder() }

  /// Reads to the end.
  private func contents(_ file: inout InputFile) throws -> [UInt8] {
    var octets: [UInt8] = []
    while true {
      switch file.read(waiting: 60_000) {
      case .octets(let piece): octets += piece
      case .timedOut: throw LabError("nothing came within a minute")
      case .end: return octets
      case .failed(let error): throw error
      }
    }
  }

  @Test func `a file is read in pieces up to its end, and its size is known`() throws {
    let octets = (0..<10_000).map { UInt8($0 & 0xff) }
    try Data(octets).write(to: URL(filePath: folder.path("in")))
    var file = try InputFile(folder.path("in"), limit: 999)
    #expect(file.size == 10_000 && file.position == 0)
    guard case .octets(let first) = file.read(waiting: 0) else { throw LabError("no octets") }
    #expect(first.count == 999 && file.position == 999)
    #expect(try first + contents(&file) == octets)
    #expect(file.position == 10_000)
  }

  @Test func `a named pipe is opened without a writer, and read when there is one`() throws {
    let path = folder.path("fifo")
    try #require(unsafe mkfifo(path, 0o600) == 0)
    var file = try InputFile(path)
    #expect(file.size == nil)
    let writer = try Running(["sh", "-c", "printf octets >'\(path)'"])
    guard case .octets(let octets) = file.read(waiting: 60_000) else { throw LabError("no octets") }
    #expect(octets == Array("octets".utf8)[...])
    #expect(writer.wait() == 0)
    guard case .end = file.read(waiting: 60_000) else { throw LabError("no end") }
  }

  @Test func `a read from an idle pipe ends after its time limit`() throws {
    let path = folder.path("fifo")
    try #require(unsafe mkfifo(path, 0o600) == 0)
    var file = try InputFile(path)
    let writing = unsafe Glibc.open(path, O_WRONLY | O_CLOEXEC)
    defer { close(writing) }
    let start = Clock.boot()
    guard case .timedOut = file.read(waiting: 30) else { throw LabError("it did not wait") }
    let passed = (Clock.boot() - start) / 1_000_000
    #expect(passed >= 29 && passed < 10_000)
  }

  @Test func `an unreadable path is refused with the reason, without and with opening it`() throws {
    let path = folder.path("no")
    #expect(throws: Errno.noSuchFileOrDirectory) { try InputFile.check(path) }
    #expect(throws: Errno.noSuchFileOrDirectory) { _ = try InputFile(path) }
    var directory = try InputFile(folder.path(""))
    guard case .failed(.isDirectory) = directory.read(waiting: 0) else {
      throw LabError("a directory was read")
    }
  }
}
