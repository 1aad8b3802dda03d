import Bytes
import Correlation
import DNSWire
import Lab
import TraceMetrics
import PacketDecoding
import Testing
import TraceModel

/// An exchange in the making; every test changes only what it is about.
struct Talk {
  var type = RecordType.a
  var code = ResponseCode.noError
  var outcome = Outcome.answered
  var role = Exchange.Role.client
  var retries = 0
  /// Nanoseconds from the query to the answer.
  var latency: Int64 = 2_000_000
  var process: ObservedProcess? = Talk.process("dig", executable: "/usr/bin/dig")
  var server = IPAddress(v4: 0xc633_6435)

  init(_ change: (inout Talk) -> Void = { _ in }) { change(&self) }

  /// - Parameter pid: 0 for a process whose start is not known either.
  static func process(_ name: TaskName, executable: String? = nil, pid: Int32 = 1) -> ObservedProcess {
    let identity = ProcessIdentity(pid: pid, startTime: UInt64(pid))
    let task = TaskSnapshot(
      identity: identity, tid: pid, credentials: Credentials(uid: 0, gid: 0), name: name, threadName: name,
      source: .send)
    return ObservedProcess(task, executable.map { ProcessDetails(executable: $0) })
  }

  func exchange() throws -> StoredExchange {
    let hasQuery = outcome != .unsolicited
    let hasAnswer = outcome != .unanswered && outcome != .pending
    return StoredExchange(
      query: hasQuery ? try message(isResponse: false) : nil,
      answer: hasAnswer ? try message(isResponse: true) : nil, outcome: outcome, role: role, retries: retries,
      attribution: Attribution(process, process == nil ? .none(.noSocket) : .sender),
      messageCount: (hasQuery ? 1 + retries : 0) + (hasAnswer ? 1 : 0))
  }

  private func message(isResponse: Bool) throws -> StoredDecodedMessage {
    var builder = MessageBuilder(header: Header(id: 7, flags: isResponse ? 0x8180 : 0x0100))
    if isResponse { builder.header.responseCode = code }
    let name = try #require(OwnedName("www.example.com"))
    builder.questions = [MessageBuilder.Question(qname: name, qtype: type, qclass: .internet)]
    let octets = builder.build()
    let flow = Flow(
      transport: .udp, source: Endpoint(address: IPAddress(v4: 0xc000_0211), port: 40000),
      destination: Endpoint(address: server, port: 53))
    let context = MessageContext(
      flow: isResponse ? flow.reversed : flow, length: octets.count,
      time: Timestamp(nanoseconds: isResponse ? latency : 0),
      direction: (role == .client) != isResponse ? .egress : .ingress)
    return StoredDecodedMessage(try StoredMessage(octets), context)
  }
}

extension MetricsCounts {
  /// What is counted of these exchanges.
  init(_ talks: [Talk], servers: [IPAddress] = []) throws {
    self.init(servers: servers)
    for talk in talks {
      let exchange = try talk.exchange()
      count(exchange.view)
    }
  }

  /// The metrics, as another program reads them.
  func read(_ status: TraceStatus = TraceStatus(version: "1.2.3")) throws -> Exposition {
    try Exposition(ByteWriter.text { MetricsPage(self, status).write(to: &$0) })
  }
}
