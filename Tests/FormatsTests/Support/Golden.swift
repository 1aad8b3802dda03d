import Foundation
import Testing

/// Files and sections of files that tests compare and, with RECORD=1, rewrite.
enum Golden {
  private static let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  private static let isRecording = ProcessInfo.processInfo.environment["RECORD"] == "1"

  /// Compares with `Tests/Golden/NAME`.
  static func expect(
    _ name: String, _ octets: [UInt8], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let file = tests.appending(path: "Golden/\(name)")
    if isRecording { return try Data(octets).write(to: file) }
    let recorded = try Data(contentsOf: file)
    #expect(
      String(decoding: octets, as: UTF8.self) == String(decoding: recorded, as: UTF8.self),
      "\(name) is not as it was recorded; RECORD=1 writes it anew", sourceLocation: sourceLocation)
  }

  /// Compares with the text between `<!-- NAME -->` and `<!-- /NAME -->` in a file of Documentation.
  static func expectSection(
    _ name: String, of document: String, _ text: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let file = tests.deletingLastPathComponent().appending(path: "Documentation/\(document)")
    let recorded = try String(contentsOf: file, encoding: .utf8)
    let start = try #require(recorded.range(of: "<!-- \(name) -->\n"), sourceLocation: sourceLocation)
    let end = try #require(recorded.range(of: "<!-- /\(name) -->"), sourceLocation: sourceLocation)
    if isRecording {
      let whole = recorded[..<start.upperBound] + text + recorded[end.lowerBound...]
      return try Data(whole.utf8).write(to: file)
    }
    #expect(
      String(recorded[start.upperBound..<end.lowerBound]) == text,
      "\(document) is not as the code says; RECORD=1 writes it anew", sourceLocation: sourceLocation)
  }
}
