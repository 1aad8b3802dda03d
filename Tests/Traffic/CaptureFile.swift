import Foundation

/// A capture file, and the expected counts.
public struct CaptureFile: Sendable, CustomStringConvertible {
  public let name: String
  public let packets: Int
  /// DNS messages, malformed or not.
  public let messages: Int
  /// Fragments of datagrams that are never complete.
  public let unassembled: UInt64
  private let source: Source

  private enum Source: Sendable { case made([UInt8]), shared }

  public var description: String { name }

  public func octets() throws -> [UInt8] {
    switch source {
    case .made(let octets): octets
    case .shared: [UInt8](try Data(contentsOf: Self.folder.appending(path: name)))
    }
  }

  public func write(to path: String) throws { try Data(octets()).write(to: URL(filePath: path)) }

  init(_ name: String, packets: Int, messages: Int, unassembled: UInt64 = 0, octets: [UInt8]) {
    (self.name, self.packets, self.messages, self.unassembled) = (name, packets, messages, unassembled)
    source = .made(octets)
  }

  init(shared name: String, packets: Int, messages: Int, unassembled: UInt64) {
    (self.name, self.packets, self.messages, self.unassembled) = (name, packets, messages, unassembled)
    source = .shared
  }

  /// All captures of the tests, and those next to the repository.
  public static let all = made + shared

  /// Captures of other sources, if there are any: in the folder that QUERENT_CAPTURES names, or else in
  /// ../shared/captures.
  public static let shared: [CaptureFile] =
    FileManager.default.fileExists(atPath: folder.path)
    ? recorded.map {
      CaptureFile(shared: $0.name, packets: $0.packets, messages: $0.messages, unassembled: $0.unassembled)
    }
    : []

  private static let folder: URL =
    ProcessInfo.processInfo.environment["QUERENT_CAPTURES"].map { URL(filePath: $0) }
    ?? URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    .appending(path: "../../../shared/captures").standardized
}
