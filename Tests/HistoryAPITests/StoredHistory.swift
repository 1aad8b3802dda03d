import Correlation
import DNSWire
import Formats
import Foundation
import History
import HostSystem
import Lab
import TraceModel
import TracePipeline
import Traffic

@testable import HistoryAPI

/// A history of exchanges that a test describes, and the API on it.
final class StoredHistory {
  struct Entry {
    var name = "www.example.com"
    /// Nanoseconds since the epoch.
    var time = StoredHistory.start
    var address: UInt32 = 0xcb00_7107
    var code = ResponseCode.noError
    var isAnswered = true
    var process = "curl"
    var pid: Int32 = 42
    var arguments = ["curl"]
    var latency: Int64 = 1_000_000
  }

  /// 2026-11-28T21:06:40Z
  static let start: Int64 = 1_795_900_000_000_000_000

  let folder: Folder
  let api: HistoryAPI

  init(_ entries: [Entry], metrics: String? = nil) throws {
    folder = try Folder()
    let directory = try GuardedDirectory(creating: folder.path("history"), readableBy: "")
    let file = folder.path("metrics.prom")
    if let metrics { try metrics.write(toFile: file, atomically: true, encoding: .utf8) }
    api = HistoryAPI(history: directory.path, metricsFile: metrics == nil ? nil : file, version: "test")
    let writer = HistoryWriter { _ in }
    let subscriber = HistorySubscriber(to: writer, interfaces: InterfaceNames())
    try writer.start(
      directory,
      TraceIdentity(
        host: Host(name: "here", tier: "cgroup"), version: "1.2.3",
        started: Timestamp(nanoseconds: Self.start)),
      Retention(), overflowPolicy: .wait { false })
    for entry in entries {
      let end = Timestamp(nanoseconds: entry.time + entry.latency)
      subscriber.receive(try entry.stored().view, at: end)
      // Each second is a block of its own.
      subscriber.advance(to: end.advanced(byNanoseconds: 2_000_000_000))
    }
    subscriber.finish()
    guard writer.finish().messages == 0 else { throw LabError("not stored") }
  }

  /// The answer to a request, decoded.
  func get(_ path: String, _ query: String = "") throws -> [String: Any] {
    let reply = try reply(path, query)
    guard reply.status == 200 else {
      throw LabError("\(reply.status): \(String(decoding: reply.body, as: UTF8.self))")
    }
    return try object(reply)
  }

  func object(_ reply: APIReply) throws -> [String: Any] {
    guard let object = try JSONSerialization.jsonObject(with: Data(reply.body)) as? [String: Any] else {
      throw LabError("no object")
    }
    return object
  }

  func reply(_ path: String, _ query: String = "") throws -> APIReply {
    guard let route = Route(Route.prefix + path) else { throw LabError("no route: \(path)") }
    return api.reply(to: route, query: query)
  }

  /// The names of the exchanges that a query finds.
  func names(_ query: String) throws -> [String] { Self.names(try get("exchanges", query)) }

  /// The names of the exchanges on a page.
  static func names(_ page: [String: Any]) -> [String] {
    let found = page["exchanges"] as? [[String: Any]] ?? []
    return found.compactMap { entry in
      let record = entry["record"] as? [String: Any]
      let question = (record?["dns"] as? [String: Any])?["question"] as? [String: Any]
      return question?["name"] as? String
    }
  }
}

extension StoredHistory.Entry {
  fileprivate func stored() throws -> StoredExchange {
    var exchange = TestExchange()
    (exchange.name, exchange.time, exchange.latency) = (name, time, latency)
    (exchange.code, exchange.isAnswered) = (code, isAnswered)
    exchange.addresses = code == .noError ? [address] : []
    exchange.process = ObservedProcess(
      TaskSnapshot(
        identity: ProcessIdentity(pid: pid, startTime: 5), tid: pid,
        credentials: Credentials(uid: 1000, gid: 1000),
        name: TaskName(octets: Array(process.utf8)), threadName: TaskName(octets: Array(process.utf8)),
        source: .send),
      ProcessDetails(executable: "/usr/bin/\(process)", arguments: arguments, user: "ann"))
    return try exchange.stored()
  }
}
