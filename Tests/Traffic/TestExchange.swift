package import Correlation
package import DNSWire
import PacketDecoding
package import TraceModel

/// A query and its answer; every test changes only what it is about.
package struct TestExchange {
  package var name = "www.example.com"
  /// Nanoseconds since the epoch.
  package var time: Int64 = 1_795_900_000_000_000_000
  package var id: UInt16 = 7
  package var addresses: [UInt32] = [0xcb00_7107]
  package var code = ResponseCode.noError
  package var isAnswered = true
  package var process: ObservedProcess? = Self.curl
  package var port: UInt16 = 40_000
  package var role = Exchange.Role.client
  package var interfaceIndex: UInt32 = 0
  /// Nanoseconds.
  package var latency: Int64 = 1_000_000
  /// Of the records in the answer.
  package var recordClass = RecordClass.internet

  package init() {}

  package static let networkNamespace: UInt32 = 4_026_531_840

  package static let curl = ObservedProcess(
    TaskSnapshot(
      identity: ProcessIdentity(pid: 42, startTime: 5), tid: 42,
      credentials: Credentials(uid: 1000, gid: 1000),
      name: "curl", threadName: "curl", source: .send),
    ProcessDetails(executable: "/usr/bin/curl", arguments: ["curl", "a\"b\\\n\u{7f}", ""], user: "ann"))

  package func stored() throws -> StoredExchange {
    guard let owned = OwnedName(name) else { throw NotAName(name: name) }
    let query = MessageBuilder(query: id, MessageBuilder.Question(qname: owned, qtype: .a)).build()
    let queryMessage = try StoredMessage(query)
    var answer = MessageBuilder(answerTo: queryMessage.view, responseCode: code)
    answer.answers = addresses.map {
      MessageBuilder.Record(name: owned, type: .a, class: recordClass, ttl: 60, rdata: .a($0))
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
      answer: isAnswered ? try message(answer.build(), flow.reversed, time + latency, .ingress) : nil,
      outcome: isAnswered ? .answered : .unanswered, role: role, attribution: attribution,
      messageCount: isAnswered ? 2 : 1)
  }
}

private struct NotAName: Error {
  let name: String
}
