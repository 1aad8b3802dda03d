package import Bytes
package import Correlation
import DNSWire
import PacketDecoding
import TraceModel

/// One row per exchange for a table of ClickHouse, as JSONEachRow: the columns of Examples/clickhouse, without those that have no
/// value.
package struct ClickHouseFormat: Encoder {
  private let host: Host
  private let hostMembers: [UInt8]
  private var memory = JSONMemory()

  /// - Parameter day: of the file in which the exchanges are; with their numbers it identifies them on one host.
  package init(host: Host, day: String) {
    self.host = host
    hostMembers = JSONText.text { json in
      json.string(#""host_id":"#, host.machineID)
      json.string(#""host":"#, host.name)
      json.string(#""day":"#, day)
    }
  }

  /// - Parameter sequence: the exchange's number in its day.
  package mutating func encode(_ exchange: borrowing Exchange, sequence: UInt64, to output: inout ByteWriter)
  {
    var json = JSONText(&output, &memory)
    json.beginRecord()
    json.octets.append(octets: hostMembers)
    json.number(#""id":"#, sequence)
    json.number(#""time_ns":"#, exchange.time.nanoseconds)
    json.columns(of: exchange)
    json.processColumns(exchange, host)
    json.chainColumns(exchange)
    json.endRecord()
    json.finish(&output, &memory)
  }
}

extension JSONText {
  fileprivate mutating func columns(of exchange: borrowing Exchange) {
    string(#""outcome":"#, exchange.outcome.rawValue)
    if let latency = exchange.latency { number(#""latency_ns":"#, max(0, latency)) }
    if let code = exchange.answer?.responseCode { quoted(#""rcode":"#) { code.write(to: &$0) } }
    if let question = exchange.question {
      fixed(#""name":"#)
      asked = element(question.qname)
      fixed(#""type":""#)
      octets.append(typeOf: question, &memory)
      fixed("\",")
    }
    if let answer = exchange.answer?.message {
      array(#""answers":"#) { json in
        var records = answer.answers.makeCursor()
        while let record = records.next() {
          if record.type != .opt { json.element(lineOf: record) }
        }
      }
      array(#""addresses":"#) { json in
        var records = answer.answers.makeCursor()
        while let record = records.next() {
          if let address = IPAddress(record) { json.element(address) }
        }
      }
    }
    if let service = exchange.first?.service { string(#""protocol":"#, service.rawValue) }
    string(#""transport":"#, exchange.first?.flow.transport.name)
    string(#""role":"#, exchange.role.rawValue)
    address(#""client":"#, exchange.client?.address)
    number(#""client_port":"#, exchange.client?.port)
    address(#""server":"#, exchange.server?.address)
    number(#""server_port":"#, exchange.server?.port)
    if exchange.retries > 0 { number(#""retries":"#, exchange.retries) }
  }

  fileprivate mutating func processColumns(_ exchange: borrowing Exchange, _ host: Host) {
    string(#""method":"#, exchange.attribution.method.name)
    guard let process = exchange.attribution.process else { return }
    let (task, details) = (process.task, process.details)
    string(#""process":"#, task.name.description)
    number(#""pid":"#, task.identity.pid)
    string(#""entity_id":"#, host.entityID(task.image))
    if task.credentials.uid != Credentials.unknownID { number(#""uid":"#, task.credentials.uid) }
    guard let details else { return }
    string(#""executable":"#, details.executable)
    if let words = details.arguments {
      array(#""args":"#) { json in for word in words { json.element(word) } }
    }
    string(#""user":"#, details.user)
    string(#""parent":"#, details.parent?.name)
    string(#""cgroup":"#, details.cgroup)
    guard let container = details.container else { return }
    string(#""container_id":"#, container.id)
    string(#""container":"#, container.metadata.name)
    string(#""image":"#, container.metadata.image)
    string(#""pod":"#, container.metadata.pod)
    string(#""namespace":"#, container.metadata.namespace)
  }

  /// Who answered, and which other exchanges this one is related to.
  fileprivate mutating func chainColumns(_ exchange: borrowing Exchange) {
    string(#""answered_by":"#, exchange.answeredBy?.process?.task.name.description)
    guard let chain = exchange.chain else { return }
    string(#""answered_from":"#, chain.answeredFrom?.rawValue)
    array(#""forwarded_to":"#) { json in
      for query in chain.forwarded { if let server = query.server { json.element(server.address) } }
    }
    array(#""on_behalf_of":"#) { json in
      for client in chain.onBehalfOf {
        if let process = client.process { json.element(process.task.name.description) }
      }
    }
  }
}
