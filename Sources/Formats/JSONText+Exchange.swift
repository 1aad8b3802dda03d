import TraceModel
import Correlation
import DNSWire
import Bytes
import PacketDecoding

// The objects of a JSON record.
extension JSONText {
  mutating func event(_ exchange: borrowing Exchange, _ sequence: UInt64) {
    if exchange.isMessage {
      fixed(
        #""ecs":{"version":"8.17.0"},"event":{"kind":"event","category":["network"],"type":["protocol"],"action":"dns-message","dataset":"querent.dns","sequence":"#
      )
    } else if exchange.lookup != nil {
      fixed(
        #""ecs":{"version":"8.17.0"},"event":{"kind":"event","category":["network"],"type":["protocol"],"action":"dns-lookup","dataset":"querent.dns","sequence":"#
      )
    } else {
      fixed(
        #""ecs":{"version":"8.17.0"},"event":{"kind":"event","category":["network"],"type":["protocol"],"action":"dns-exchange","dataset":"querent.dns","sequence":"#
      )
    }
    octets.append(decimal: sequence)
    comma()
    if !exchange.isMessage { outcome(exchange) }
    let start = exchange.lookup?.start ?? exchange.query?.time
    let end = exchange.lookup?.end ?? exchange.answer?.time
    time(#""start":"#, start)
    time(#""end":"#, end)
    if let start, let end { number(#""duration":"#, end.nanoseconds(since: start)) }
    closeObject()
  }

  @inline(__always)
  private mutating func outcome(_ exchange: borrowing Exchange) {
    let code = exchange.answer?.responseCode
    switch exchange.outcome {
    case .answered where code == .noError: fixed(#""outcome":"success","#)
    case .unanswered: fixed(#""outcome":"failure","reason":"timeout","#)
    case .pending: fixed(#""outcome":"unknown","reason":"pending","#)
    case .answered, .late, .repeated, .unsolicited:
      if code == .noError { fixed(#""outcome":"success","#) } else { fixed(#""outcome":"failure","#) }
      if exchange.outcome != .answered {
        string(#""reason":"#, exchange.outcome.rawValue)
      } else if let code {
        quoted(#""reason":"#) { octets in
          let start = octets.count
          code.write(to: &octets)
          octets.lowercase(from: start)
        }
      }
    }
  }

  mutating func dns(_ exchange: borrowing Exchange) {
    let answer = exchange.answer
    let answering = answer?.message
    object(#""dns":"#) { json in
      if answer == nil { json.fixed(#""type":"query","#) } else { json.fixed(#""type":"answer","#) }
      // The header of a local lookup was never sent.
      if !exchange.isLocalLookup, let header = exchange.header {
        json.quoted(#""id":"#) { $0.append(decimal: header.id) }
        if header.opcode == .query {
          json.fixed(#""op_code":"QUERY","#)
        } else {
          json.quoted(#""op_code":"#) { header.opcode.write(to: &$0) }
        }
      }
      if let code = answer?.responseCode {
        if code == .noError {
          json.fixed(#""response_code":"NOERROR","#)
        } else {
          json.quoted(#""response_code":"#) { code.write(to: &$0) }
        }
      }
      if let index = exchange.last?.message.index {
        let header = index.header
        json.array(#""header_flags":"#) { json in
          if exchange.isLocalLookup {
            if header.authenticData { json.fixed(#""AD","#) }
            return
          }
          if header.isAuthoritative { json.fixed(#""AA","#) }
          if header.isTruncated { json.fixed(#""TC","#) }
          if header.recursionDesired { json.fixed(#""RD","#) }
          if header.recursionAvailable { json.fixed(#""RA","#) }
          if header.authenticData { json.fixed(#""AD","#) }
          if header.checkingDisabled { json.fixed(#""CD","#) }
          if index.dnssecOK { json.fixed(#""DO","#) }
        }
      }
      if let question = exchange.question {
        json.fixed(#""question":{"name":"#)
        json.asked = json.element(question.qname)
        json.fixed(#""type":""#)
        json.octets.append(typeOf: question, &json.memory)
        json.fixed(#"","class":""#)
        json.memory.classes.write(question.qclass, to: &json.octets)
        json.fixed(#""},"#)
      }
      if let lookup = exchange.lookup {
        json.answers(of: lookup)
      } else if let answer = answering {
        json.answers(answer.answers, to: answer.question, hasTTL: !exchange.isLocalLookup)
      }
    }
  }

  /// The objects with the addresses: `network` to `observer`, then the objects between them and `related`, and `related`.
  mutating func network(_ exchange: borrowing Exchange, _ host: Host, _ hostObject: [UInt8]) {
    let queryLength = exchange.query?.length
    let answerLength = exchange.answer?.length
    let ends = Ends(exchange)
    fixed(#""network":{"#)
    if let ends {
      switch ends.flow.transport {
      case .udp: fixed(#""transport":"udp","#)
      case .tcp: fixed(#""transport":"tcp","#)
      case .udpLite: fixed(#""transport":"udplite","#)
      case .unix: break
      }
      switch ends.client.address.family {
      case .v4: fixed(#""type":"ipv4","#)
      case .v6: fixed(#""type":"ipv6","#)
      }
      switch ends.service {
      case .dns: fixed(#""protocol":"dns","#)
      case .mdns, .llmnr, .netBIOS, .varlink, .nscd: string(#""protocol":"#, ends.service.rawValue)
      }
    } else if let service = exchange.first?.service, service.isLocalLookup {
      fixed(#""transport":"unix","#)
      string(#""protocol":"#, service.rawValue)
    }
    switch exchange.role {
    case .client: fixed(#""direction":"egress","#)
    case .server: fixed(#""direction":"ingress","#)
    }
    number(#""bytes":"#, (queryLength ?? 0) + (answerLength ?? 0))
    if let ends { quoted(#""community_id":"#) { CommunityID(ends.flow).write(to: &$0) } }
    closeObject()
    var texts: (client: Range<Int>, server: Range<Int>)?
    if let ends {
      let client = end(#""source":{"ip":"#, ends.client, queryLength)
      let server = end(#""destination":{"ip":"#, ends.server, answerLength)
      texts = (client, server)
    }
    observer(exchange, host)
    memory.processes.write(exchange.attribution.process, host, to: &octets)
    container(exchange.details?.container)
    octets.append(octets: hostObject)
    object(#""related":"#) { json in
      if let ends, let texts {
        json.relatedAddresses(ends, texts.client, texts.server)
      } else if !json.memory.resolved.isEmpty {
        json.memory.addresses.find()
        json.array(#""ip":"#) { json in
          for index in json.memory.resolved.indices where json.memory.addresses.isFirst(index) {
            json.element(again: json.memory.resolved[index])
          }
        }
      }
      if !json.asked.text.isEmpty {
        json.fixed(#""hosts":["#)
        json.element(again: json.asked.text)
        json.closeArray()
      }
      if let user = exchange.details?.user { json.array(#""user":"#) { $0.element(user) } }
    }
  }

  /// The object of one end; returns the range of its address.
  @inline(__always)
  private mutating func end(_ start: StaticString, _ end: Endpoint, _ length: Int?) -> Range<Int> {
    fixed(start)
    let text = element(end.address)
    number(#""port":"#, end.port)
    number(#""bytes":"#, length)
    closeObject()
    return text
  }

  @inline(__always)
  private mutating func observer(_ exchange: borrowing Exchange, _ host: Host) {
    object(#""observer":"#) { json in
      if let query = exchange.query, query.interfaceIndex > 0, query.isSent {
        json.interface(#""egress":"#, query, host)
      }
      if let answer = exchange.answer, answer.interfaceIndex > 0, !answer.isSent {
        json.interface(#""ingress":"#, answer, host)
      } else if let query = exchange.query, query.interfaceIndex > 0, !query.isSent {
        json.interface(#""ingress":"#, query, host)
      }
    }
  }

  private mutating func interface(_ key: StaticString, _ seen: DecodedMessage, _ host: Host) {
    guard let name = host.interfaces.name(seen.interfaceIndex, seen.networkNamespace) else {
      return
    }
    object(key) { $0.object(#""interface":"#) { $0.string(#""name":"#, name) } }
  }

  /// Client, server and the addresses in the answers, each once.
  private mutating func relatedAddresses(_ ends: Ends, _ client: Range<Int>, _ server: Range<Int>) {
    let (clientKey, serverKey) = (AddressKey(ends.client.address), AddressKey(ends.server.address))
    fixed(#""ip":["#)
    element(again: client)
    if serverKey != clientKey { element(again: server) }
    memory.addresses.find()
    for index in memory.resolved.indices where memory.addresses.isFirst(index) {
      let key = memory.addresses[index]
      if key != clientKey, key != serverKey { element(again: memory.resolved[index]) }
    }
    closeArray()
  }
}

/// The ends of an exchange, and the direction of its flow from the client to the server.
private struct Ends {
  let flow: Flow
  let service: NameService
  var client: Endpoint { flow.source }
  var server: Endpoint { flow.destination }

  init?(_ exchange: borrowing Exchange) {
    guard let flow = exchange.flow, flow.hasAddresses, let header = exchange.header,
      let service = exchange.query?.service ?? exchange.answer?.service
    else { return nil }
    self.flow = header.isResponse ? flow.reversed : flow
    self.service = service
  }
}
