import Foundation
import History
import Lab
import Testing

@testable import ExportBatches

struct CursorTests {
  private static let cursor: ExportCursor = {
    var cursor = ExportCursor()
    for number: Int64 in [20_600, 20_785, 20_786] {
      cursor.look(at: Day(number: number), last: DayMark(number: number, started: -7), confirmed: 0, seen: 0)
    }
    cursor.confirm(Day(number: 20_600), upTo: DayMark(number: 20_600, started: -7), count: 20_590)
    cursor.confirm(Day(number: 20_785), upTo: DayMark(number: 9, started: .max), count: 9)
    cursor.send(Day(number: 20_785), upTo: 12)
    return cursor
  }()

  /// The file of a cursor, in a directory that is made by it.
  private static func file(_ folder: Folder) throws -> CursorFile {
    try CursorFile(folder.path("state"), "test")
  }

  @Test func `a cursor is the same after it was written and read`() throws {
    let folder = try Folder()
    #expect(try Self.file(folder).read() == ExportCursor())
    try Self.file(folder).write(Self.cursor)
    #expect(try Self.file(folder).read() == Self.cursor)
    #expect(Self.cursor.removed == 10)
    let attributes = try FileManager.default.attributesOfItem(atPath: folder.path("state/test.cursor"))
    #expect(attributes[.posixPermissions] as? Int == 0o600)
  }

  @Test func `a part of a cursor is none`() {
    for count in 0..<Self.cursor.text.utf8.count {
      #expect(ExportCursor(String(Self.cursor.text.prefix(count))) == nil, "\(count)")
    }
  }

  @Test func `a cursor with a changed octet is refused, or is what it says`() {
    let octets = Array(Self.cursor.text.utf8)
    for place in octets.indices {
      for octet in [0, 0x0a, 0x20, 0x2d, 0x30, 0x39, 0x78, 0xff] as [UInt8] {
        var changed = octets
        changed[place] = octet
        guard let cursor = ExportCursor(String(decoding: changed, as: UTF8.self)) else { continue }
        #expect(ExportCursor(cursor.text) == cursor)
        #expect(cursor.waiting >= 0)
      }
    }
  }

  @Test(arguments: [
    "", "sent 1\n", "querent-export 1\nremoved 0\n", "querent-export 2\nremoved 0\nremoved 0\n",
  ])
  func `another file is refused with advice, and stays as it is`(text: String) throws {
    let folder = try Folder()
    let file = try Self.file(folder)
    let path = folder.path("state/test.cursor")
    try text.write(toFile: path, atomically: false, encoding: .utf8)
    let problem = #expect(throws: ExportProblem.self) { try file.read() }
    #expect(problem?.description.hasSuffix("state/test.cursor is not a cursor of an export") == true)
    #expect(problem?.advice.contains("sent again") == true)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
  }

  @Test func `a crash between writing and renaming leaves the old cursor, and hinders nothing`() throws {
    let folder = try Folder()
    let file = try Self.file(folder)
    try file.write(Self.cursor)
    try String(Self.cursor.text.prefix(30)).write(
      toFile: folder.path("state/.test.cursor.new"), atomically: false, encoding: .utf8)
    #expect(try file.read() == Self.cursor)
    try file.write(ExportCursor())
    #expect(try file.read() == ExportCursor())
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path("state")).sorted() == [
        "test.cursor", "test.lock",
      ])
  }

  @Test func `a directory that others can change is refused`() throws {
    let folder = try Folder()
    try FileManager.default.createDirectory(
      atPath: folder.path("state"), withIntermediateDirectories: false, attributes: [.posixPermissions: 0o770]
    )
    let problem = #expect(throws: ExportProblem.self) { try Self.file(folder) }
    #expect(problem?.description.hasPrefix("users other than root and this one can change") == true)
  }

  @Test func `two destinations of one name are refused, until the first one ends`() throws {
    let folder = try Folder()
    var first: CursorFile? = try Self.file(folder)
    #expect(throws: ExportProblem.self) { try Self.file(folder) }
    #expect(try first?.read() == ExportCursor())
    first = nil
    #expect(throws: Never.self) { try Self.file(folder) }
  }
}
