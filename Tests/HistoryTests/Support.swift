import Correlation
import DNSWire
import Formats
import Foundation
import HostSystem
import Lab
import PacketDecoding
import TraceModel
import TracePipeline

@testable import History

/// A query and its answer; every test changes only what it is about.
struct TestExchange {
  var name = "www.example.com"
  /// Nanoseconds since the epoch.
  var time: Int64 = 1_795_900_000_000_000_000
  var id: UInt16 = 7
  var addresses: [UInt32] = [0xcb00_7107]
  var code = ResponseCode.noError
  var isAnswered = true
  var process: ObservedProcess? = Self.curl
  var port: UInt16 = 40_000
  var role = Exchange.Role.client
  var interfaceIndex: UInt32 = 0

  static let networkNamespace: UInt32 = 4_026_531_840

  static let curl = ObservedProcess(
    TaskSnapshot(
      identity: ProcessIdentity(pid: 42, startTime: 5), tid: 42,
      credentials: Credentials(uid: 1000, gid: 1000),
      name: "curl", threadName: "curl", source: .send),
    ProcessDetails(executable: "/usr/bin/curl", arguments: ["curl", "a\"b\\\n\u{7f}", ""], user: "ann"))

  func stored() throws -> StoredExchange {
    guard let owned = OwnedName(name) else { throw LabError("no name: \(name)") }
    let query = MessageBuilder(query: id, MessageBuilder.Question(qname: owned, qtype: .a)).build()
    let queryMessage = try StoredMessage(query)
    var answer = MessageBuilder(answerTo: queryMessage.view, responseCode: code)
    answer.answers = addresses.map {
      MessageBuilder.Record(name: owned, type: .a, ttl: 60, rdata: .a($0))
    }
    let flow = Flow(
      transport: .udp, source: Endpoint(address: IPAddress(v4: 0x7f00_0001), port: port),
      destination: Endpoint(address: IPAddress(v4: 0x7f00_0035), port: 53))
    let attribution = Attribution(process, process == nil ? .none(.noSocket) : .sender)
    func message(_ octets: [UInt8], _ flow: Flow, _ time: Int64, _ direction: Direction) throws
      -> StoredDecodedMessage
    {
      StoredDecodedMessage(
        try StoredMessage(octets),
        MessageContext(
          flow: flow, length: octets.count, time: Timestamp(nanoseconds: time), direction: direction,
          interfaceIndex: interfaceIndex, networkNamespace: Self.networkNamespace, attribution: attribution))
    }
    return StoredExchange(
      query: try message(query, flow, time, .egress),
      answer: isAnswered ? try message(answer.build(), flow.reversed, time + 1_000_000, .ingress) : nil,
      outcome: isAnswered ? .answered : .unanswered, role: role, attribution: attribution,
      messageCount: isAnswered ? 2 : 1)
  }
}

/// A history in a directory of its own.
final class TestHistory {
  let folder: Folder
  let directory: GuardedDirectory
  var retention = Retention()
  let interfaces = InterfaceNames()

  init() throws {
    folder = try Folder()
    directory = try GuardedDirectory(creating: folder.path("history"), readableBy: "")
  }

  /// Stores exchanges, in one transaction for each group; gives the subscriber's ledger.
  @discardableResult
  func store(_ groups: [[TestExchange]]) throws -> SubscriberLedger {
    let writer = HistoryWriter { _ in }
    let subscriber = HistorySubscriber(to: writer, interfaces: interfaces)
    try writer.start(
      directory, TraceIdentity(host: Host(name: "here"), version: "test", started: Timestamp(nanoseconds: 0)),
      retention,
      overflowPolicy: .wait { false })
    var now = Timestamp(nanoseconds: 0)
    for group in groups {
      for exchange in group {
        now = Timestamp(nanoseconds: exchange.time + 1_000_000)
        subscriber.receive(try exchange.stored().view, at: now)
      }
      subscriber.advance(to: now)
      // The next group is another second's.
      subscriber.advance(to: now.advanced(byNanoseconds: 2_000_000_000))
    }
    subscriber.finish()
    subscriber.ledger.lose(writer.finish().messages)
    return subscriber.ledger
  }

  func reader() throws -> HistoryReader { try HistoryReader(directory) }

  /// The exchanges that a query finds.
  func exchanges(_ query: HistoryQuery = HistoryQuery()) throws -> [StoredExchange] {
    let keeper = Keeper(Selection(query.filter))
    var replay = HistoryReplay([keeper], unit: .exchanges, host: CurrentHost(Host()))
    try replay.run(reader(), query, clockOffsets: ClockOffsets()) { false }
    return keeper.exchanges
  }

  func names(_ query: HistoryQuery = HistoryQuery()) throws -> [String] {
    try exchanges(query).compactMap { $0.view.question?.qname.presentation(finalDot: false) }
  }

  /// What the sqlite3 client prints.
  func sqlite(_ file: String, _ text: String) throws -> String {
    let client = try Running(["sqlite3", "-readonly", directory.path(file), text])
    guard client.wait() == 0 else { throw LabError(client.errorText) }
    return client.text
  }
}

extension HistoryQuery {
  init(named patterns: String...) throws {
    self.init()
    names = patterns
    filter.names = patterns.compactMap(NamePattern.init)
    guard filter.names.count == patterns.count else { throw LabError("no pattern") }
  }
}

/// Keeps what its selection admits.
private final class Keeper: Subscriber {
  private(set) var exchanges: [StoredExchange] = []
  private let selection: Selection
  let ledger = SubscriberLedger()

  init(_ selection: Selection) { self.selection = selection }

  func receive(_ exchange: borrowing Exchange, at now: Timestamp) {
    if selection.admits(exchange) { exchanges.append(StoredExchange(copying: exchange)) }
  }
}
