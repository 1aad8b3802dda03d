import Correlation
import DNSWire
import Foundation
import Formats
import PacketDecoding
import Testing
import TraceModel

@testable import Top

/// An exchange in the making.
struct Asked {
  var process: TaskName? = "curl"
  var name = "www.example.com"
  var server = Endpoint(address: IPAddress(v4: 0xC000_0235), port: 53)
  var user: String? = "ana"
  var container: Container?
  var outcome = Outcome.answered
  var code = ResponseCode.noError
  /// Milliseconds after the first moment at which the query was sent.
  var time: Int64 = 0
  /// Milliseconds until the answer.
  var latency: Int64 = 10

  /// 2026-11-22 10:03:33 UTC, a whole second.
  static let start = Timestamp(nanoseconds: 1_795_341_813_000_000_000)

  static func moment(_ milliseconds: Int64) -> Timestamp {
    start.advanced(byNanoseconds: milliseconds * 1_000_000)
  }

  func exchange() throws -> StoredExchange {
    let attribution = Attribution(
      owner: process.map {
        TaskSnapshot(
          identity: ProcessIdentity(pid: 100, startTime: 1), tid: 100,
          credentials: Credentials(uid: 1000, gid: 1000), name: $0, threadName: $0, source: .send)
      }, details: ProcessDetails(user: user, container: container),
      method: process == nil ? .none(.noSocket) : .sender)
    let query = MessageBuilder(
      query: 7, MessageBuilder.Question(qname: try #require(OwnedName(name)), qtype: .a))
    var answer = query
    answer.header.isResponse = true
    answer.header.responseCode = code
    let client = Endpoint(address: IPAddress(v4: 0xC000_0211), port: 40_000)
    let flow = Flow(transport: .udp, source: client, destination: server)
    let hasAnswer = outcome != .unanswered && outcome != .pending
    return StoredExchange(
      query: outcome == .unsolicited
        ? nil : try message(query, flow, Self.moment(time), .egress, attribution),
      answer: hasAnswer
        ? try message(answer, flow.reversed, Self.moment(time + latency), .ingress, attribution) : nil,
      outcome: outcome, role: .client, attribution: attribution, messageCount: hasAnswer ? 2 : 1)
  }

  private func message(
    _ builder: MessageBuilder, _ flow: Flow, _ time: Timestamp, _ direction: Direction,
    _ attribution: Attribution
  ) throws -> StoredDecodedMessage {
    let octets = builder.build()
    return StoredDecodedMessage(
      try StoredMessage(octets),
      MessageContext(
        flow: flow, length: octets.count, time: time, direction: direction, socketCookie: 1,
        interfaceIndex: 0, networkNamespace: 0, recognition: .port, attribution: attribution))
  }
}

extension TopSubscriber {
  static func live(filter: Filter = Filter(), suffixes: PublicSuffixList = PublicSuffixList())
    -> TopSubscriber
  {
    TopSubscriber(.live, suffixes: suffixes, host: Host(), filter: filter)
  }

  func receive(_ asked: Asked) throws {
    receive(
      try asked.exchange().view,
      at: Asked.moment(asked.time + (asked.outcome == .unanswered ? 5000 : asked.latency)))
  }

  func rows(_ grouping: Grouping, _ order: RowOrder = .queries) -> [TopRow] {
    var request = TopRequest()
    request.grouping = grouping
    request.order = order
    return model(request, TopSource()).rows
  }
}

/// Frames that tests check and, with RECORD=1, write anew.
enum GoldenFrame {
  static func expect(
    _ name: String, _ text: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Golden/top/\(name).txt")
    if ProcessInfo.processInfo.environment["RECORD"] == "1" {
      return try Data(text.utf8).write(to: file)
    }
    let recorded = try String(contentsOf: file, encoding: .utf8)
    #expect(
      text == recorded, "\(name) is not as it was recorded; RECORD=1 writes it anew",
      sourceLocation: sourceLocation)
  }
}
