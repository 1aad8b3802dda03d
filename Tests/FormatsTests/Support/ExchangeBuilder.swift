import Bytes
import TraceModel
import DNSWire
import Formats
import PacketDecoding

@testable import Correlation

/// A builder of an exchange: its messages, processes and times.
struct ExchangeBuilder {
  var id: UInt16 = 4660
  var name: String? = "www.example.com"
  var type = RecordType.a
  var `class` = RecordClass.internet
  var client = Endpoint("192.168.44.3", 57915)
  var server = Endpoint("192.168.44.1", 53)
  var transport = Transport.udp
  var attribution = Attribution.process("dig", 10738)
  var answeredBy: Attribution?
  var chain: Chain?
  var role = Exchange.Role.client
  var outcome = Outcome.answered
  var retries = 0
  /// Nanoseconds after the fixture's start.
  var time: Int64 = 0
  var latency: Int64 = 12_345_678
  var interface: UInt32 = 2
  var recognition = Recognition.port
  var isReassembled = false
  var queryOPT: MessageBuilder.OPT?
  /// How many octets of the answer were captured; nil for all.
  var capturedAnswer: Int?

  // The fields of the query besides the question.
  var queryFlags: UInt16 = 0x0100
  var queryAnswers: [MessageBuilder.Record] = []
  var queryAuthority: [MessageBuilder.Record] = []
  var queryAdditional: [MessageBuilder.Record] = []

  // The fields of the answer.
  var code = ResponseCode.noError
  var flags: UInt16 = 0x8180
  var answers: [MessageBuilder.Record] = []
  var authority: [MessageBuilder.Record] = []
  var additional: [MessageBuilder.Record] = []
  var opt: MessageBuilder.OPT?

  static let start = Timestamp(nanoseconds: 1_795_341_813_123_456_789)

  init(_ change: (inout ExchangeBuilder) throws -> Void) rethrows { try change(&self) }

  func exchange() throws -> StoredExchange {
    let hasQuery = outcome != .unsolicited
    let hasAnswer = outcome != .unanswered && outcome != .pending
    return StoredExchange(
      query: hasQuery ? try query() : nil, answer: hasAnswer ? try answer() : nil, outcome: outcome,
      role: role,
      retries: retries, attribution: attribution, answeredBy: answeredBy, chain: chain,
      messageCount: (hasQuery ? 1 + retries : 0) + (hasAnswer ? 1 : 0))
  }

  func query() throws -> StoredDecodedMessage {
    var builder = MessageBuilder(header: Header(id: id, flags: queryFlags))
    builder.questions = try questions()
    builder.answers = queryAnswers
    builder.authority = queryAuthority
    builder.additional = queryAdditional
    builder.opt = queryOPT
    return try message(builder, ExchangeBuilder.start.advanced(byNanoseconds: time))
  }

  func answer() throws -> StoredDecodedMessage {
    var builder = MessageBuilder(header: Header(id: id, flags: flags))
    builder.header.responseCode = code
    builder.questions = try questions()
    builder.answers = answers
    builder.authority = authority
    builder.additional = additional
    builder.opt = opt
    return try message(builder, ExchangeBuilder.start.advanced(byNanoseconds: time + latency))
  }

  private func questions() throws -> [MessageBuilder.Question] {
    try name.map { [MessageBuilder.Question(qname: try .parse($0), qtype: type, qclass: `class`)] } ?? []
  }

  private func message(_ builder: MessageBuilder, _ time: Timestamp) throws -> StoredDecodedMessage {
    let octets = builder.build()
    let isResponse = builder.header.isResponse
    let captured = min(isResponse ? capturedAnswer ?? .max : .max, octets.count)
    let flow = Flow(transport: transport, source: client, destination: server)
    return try StoredDecodedMessage(
      Array(octets.prefix(captured)),
      MessageContext(
        flow: isResponse ? flow.reversed : flow, length: octets.count, time: time,
        direction: (role == .client) != isResponse ? .egress : .ingress, socketCookie: 1,
        interfaceIndex: interface, networkNamespace: 4_026_531_840, recognition: recognition,
        attribution: attribution,
        isReassembled: isReassembled && isResponse, missing: octets.count - captured))
  }
}

extension StoredDecodedMessage {
  /// Decodes a message.
  init(_ octets: [UInt8], _ context: MessageContext) throws {
    var reader = MessageReader()
    let contexts: InlineArray<1, _> = [context]
    let index = try reader.read(DNSPayload(octets.span, contexts.span))
    self.init(copying: DecodedMessage(reader.view(of: octets.span, index), contexts.span))
  }
}

extension StoredExchange {
  /// One message, as with `--messages`.
  init(alone message: StoredDecodedMessage) {
    self.init(
      copying: Exchange(alone: message.view, role: .client, attribution: message.attribution, isMessage: true)
    )
  }
}

/// An exchange to show, and its number.
struct FixtureRecord {
  let exchange: StoredExchange
  let sequence: UInt64
  /// The lookup that the exchange decided.
  var lookup: Lookup?

  init(_ exchange: StoredExchange, sequence: UInt64) {
    self.exchange = exchange
    self.sequence = sequence
  }

  /// A lookup of these exchanges.
  init(_ exchanges: [StoredExchange], sequence: UInt64) {
    let lookup = Lookup(exchanges)
    self.init(exchanges[lookup.deciding], sequence: sequence)
    self.lookup = lookup
  }
}

extension Formats.Encoder {
  mutating func encode(_ record: FixtureRecord, to output: inout [UInt8]) {
    var writer = ByteWriter()
    if let lookup = record.lookup {
      encode(Exchange(record.exchange.view, of: lookup), sequence: record.sequence, to: &writer)
    } else {
      encode(record.exchange.view, sequence: record.sequence, to: &writer)
    }
    output += writer.array()
  }

  mutating func start(_ output: inout [UInt8]) {
    var writer = ByteWriter()
    start(&writer)
    output += writer.array()
  }

  mutating func finish(_ output: inout [UInt8]) {
    var writer = ByteWriter()
    finish(&writer)
    output += writer.array()
  }
}

extension OwnedName {
  static func parse(_ text: String) throws -> OwnedName {
    guard let name = OwnedName(text) else { throw NotAName(text: text) }
    return name
  }

  private struct NotAName: Error { let text: String }
}

extension MessageBuilder.Record {
  static func record(_ name: String, _ type: RecordType, _ data: OwnedRData, ttl: UInt32 = 300) throws -> Self
  {
    Self(name: try .parse(name), type: type, ttl: ttl, rdata: data)
  }
}

extension Endpoint {
  init(_ address: String, _ port: UInt16) {
    self.init(address: IPAddress(address) ?? IPAddress(v4: 0), port: port)
  }
}

extension Attribution {
  /// A process of user 1000 that was started a minute and a half after boot.
  static func process(
    _ name: TaskName, _ pid: Int32, thread: TaskName? = nil, method: AttributionMethod = .sender,
    details: ProcessDetails? = ProcessDetails(executable: "/usr/bin/dig", user: "ana", group: "users")
  ) -> Attribution {
    Attribution(
      owner: TaskSnapshot(
        identity: ProcessIdentity(pid: pid, startTime: 90_123_456_789), tid: pid + (thread == nil ? 0 : 1),
        credentials: Credentials(uid: 1000, gid: 100), name: name, threadName: thread ?? name, parentPID: 900,
        cgroupID: 77, source: .send), details: details, method: method)
  }
}
