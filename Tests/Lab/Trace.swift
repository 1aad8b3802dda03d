import Foundation

/// A running trace of the built command.
public final class Trace: Sendable {
  public let running: Running

  /// Starts `querent`, in a network namespace if one is given, and waits until it is ready.
  public init(_ arguments: [String], in namespace: Namespace? = nil) throws {
    let command = [Self.command] + arguments
    running = try namespace?.startWithHostFiles(command) ?? Running(command)
    try running.waitForError("ready")
  }

  /// The path of the built command, next to the test bundle.
  public static let command: String = {
    let bundle =
      Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundlePath ?? CommandLine.arguments[0]
    return URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("querent").path
  }()

  /// Ends it with SIGINT; returns the exit code.
  @discardableResult
  public func interrupt() -> Int32 {
    running.send(SIGINT)
    return running.wait()
  }

  /// The JSON records of one network namespace.
  public func records(of namespace: Namespace) throws -> [Record] {
    try running.text.split(separator: "\n").map { try Record(String($0)) }
      .filter { $0[integer: "querent.netns"] == namespace.inode }
  }
}

/// One JSON record, parsed by Foundation.
public struct Record: CustomStringConvertible, @unchecked Sendable {
  // Contains only immutable values.
  public let object: [String: Any]
  public let description: String

  public init(_ line: String) throws {
    guard let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else {
      throw LabError("not a JSON object: \(line)")
    }
    self.object = object
    description = line
  }

  /// The value at a dotted path.
  public subscript(path: String) -> Any? {
    if let value = object[path] { return value }
    var value: Any? = object
    for key in path.split(separator: ".") { value = (value as? [String: Any])?[String(key)] }
    return value
  }

  public subscript(integer path: String) -> Int? { (self[path] as? NSNumber)?.intValue }
  public subscript(text path: String) -> String? { self[path] as? String }
  public subscript(texts path: String) -> [String]? { self[path] as? [String] }

  /// The data of the answer records, sorted.
  public var answers: [String] {
    ((self["dns.answers"] as? [[String: Any]]) ?? []).compactMap { $0["data"] as? String }.sorted()
  }
}
