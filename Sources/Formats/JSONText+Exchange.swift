import TraceModel
import Correlation
import DNSWire
import Bytes
import PacketDecoding

// The objects of a record in our JSON.
extension JSONText {
  mutating func event(_ shown: borrowing Exchange, _ sequence: UInt64) {
    fixed(#""ecs":{"version":"8.17.0"},"event":{"kind":"event","category":["network"],"type":["protocol"],"#)
    if shown.isMessage {
      fixed(#""action":"dns-message","dataset":"querent.dns","#)
    } else {
      fixed(#""action":"dns-exchange","dataset":"querent.dns","#)
    }
    number(#""sequence":"#, sequence)
    if !shown.isMessage { outcome(shown) }
    time(#""start":"#, shown.query?.time)
    time(#""end":"#, shown.answer?.time)
    number(#""duration":"#, shown.latency)
    closeObject()
  }

  private mutating func outcome(_ exchange: borrowing Exchange) {
    let code = exchange.answer?.responseCode
    switch exchange.outcome {
    case .unanswered: fixed(#""outcome":"failure","reason":"timeout","#)
    case .pending: fixed(#""outcome":"unknown","reason":"pending","#)
    case .answered, .late, .repeated, .unsolicited:
      fixed(code == .noError ? #""outcome":"success","# : #""outcome":"failure","#)
      if exchange.outcome != .answered {
        string(#""reason":"#, exchange.outcome.rawValue)
      } else if let code, code != .noError {
        string(#""reason":"#, code.mnemonic.lowercased())
      }
    }
  }

  mutating func dns(_ shown: borrowing Exchange) {
    let answer = shown.answer
    let answering = answer?.message
    object(#""dns":"#) { json in
      json.fixed(answer == nil ? #""type":"query","# : #""type":"answer","#)
      if let header = shown.header {
        json.quoted(#""id":"#) { $0.append(decimal: header.id) }
        if header.opcode == .query {
          json.fixed(#""op_code":"QUERY","#)
        } else {
          json.string(#""op_code":"#, header.opcode.mnemonic)
        }
      }
      if let code = answer?.responseCode {
        if code == .noError {
          json.fixed(#""response_code":"NOERROR","#)
        } else {
          json.string(#""response_code":"#, code.mnemonic)
        }
      }
      if let index = shown.last?.message.index {
        let header = index.header
        json.array(#""header_flags":"#) { json in
          if header.isAuthoritative { json.fixed(#""AA","#) }
          if header.isTruncated { json.fixed(#""TC","#) }
          if header.recursionDesired { json.fixed(#""RD","#) }
          if header.recursionAvailable { json.fixed(#""RA","#) }
          if header.authenticData { json.fixed(#""AD","#) }
          if header.checkingDisabled { json.fixed(#""CD","#) }
          if index.dnssecOK { json.fixed(#""DO","#) }
        }
      }
      if let question = shown.question {
        json.object(#""question":"#) { json in
          json.asked = json.name(#""name":"#, question.qname)
          json.type(#""type":"#, of: question)
          json.class(#""class":"#, question.qclass)
        }
      }
      if let answer = answering {
        json.array(#""answers":"#) { $0.records(answer.answers, to: answer.question) }
        json.array(#""resolved_ip":"#) { json in
          for index in json.resolved.indices { json.element(json.resolved[index]) }
        }
      }
    }
  }

  private mutating func records(_ records: RecordSection, to question: QuestionView?) {
    // Most records are of the name that was asked, or of the one of the record before, and a name has a place in the
    // message.
    var place = question?.qname.place ?? -1
    var text = asked
    var records = records.makeCursor()
    while let record = records.next() {
      if record.type == .opt { continue }
      element { json in
        let name = record.name
        json.fixed("\"name\":")
        if name.place == place {
          json.element(again: text)
        } else {
          place = name.place
          text = json.element(name)
        }
        json.type(#""type":"#, of: record)
        json.class(#""class":"#, record.class)
        json.number(#""ttl":"#, record.ttl)
        if let address = json.data(#""data":"#, of: record) { json.resolved.append(address) }
      }
    }
  }

  mutating func network(_ shown: borrowing Exchange, _ host: Host) {
    let query = shown.query
    let answer = shown.answer
    object(#""network":"#) { json in
      if let flow = shown.first?.flow {
        switch flow.transport {
        case .udp: json.fixed(#""transport":"udp","#)
        case .tcp: json.fixed(#""transport":"tcp","#)
        case .udpLite: json.fixed(#""transport":"udplite","#)
        }
        json.fixed(flow.source.address.family == .v4 ? #""type":"ipv4","# : #""type":"ipv6","#)
      }
      if let service = shown.first?.service {
        if service == .dns {
          json.fixed(#""protocol":"dns","#)
        } else {
          json.string(#""protocol":"#, service.rawValue)
        }
      }
      json.fixed(shown.role == .client ? #""direction":"egress","# : #""direction":"ingress","#)
      json.number(#""bytes":"#, (query?.length ?? 0) + (answer?.length ?? 0))
      if let flow = shown.clientFlow { json.quoted(#""community_id":"#) { CommunityID(flow).write(to: &$0) } }
    }
    object(#""source":"#) { json in
      json.address(#""ip":"#, shown.client?.address)
      json.number(#""port":"#, shown.client?.port)
      json.number(#""bytes":"#, query?.length)
    }
    object(#""destination":"#) { json in
      json.address(#""ip":"#, shown.server?.address)
      json.number(#""port":"#, shown.server?.port)
      json.number(#""bytes":"#, answer?.length)
    }
    object(#""observer":"#) { json in
      if let query, query.isSent { json.interface(#""egress":"#, query, host) }
      if let answer, !answer.isSent {
        json.interface(#""ingress":"#, answer, host)
      } else if let query, !query.isSent {
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

  mutating func related(_ shown: borrowing Exchange) {
    object(#""related":"#) { json in
      if let client = shown.client?.address, let server = shown.server?.address {
        json.array(#""ip":"#) { json in
          json.element(client)
          if server != client { json.element(server) }
          for index in json.resolved.indices {
            let address = json.resolved[index]
            guard address != client, address != server else { continue }
            if json.resolved[..<index].allSatisfy({ $0 != address }) { json.element(address) }
          }
        }
      }
      if shown.question != nil { json.array(#""hosts":"#) { $0.element(again: $0.asked) } }
      if let user = shown.details?.user { json.array(#""user":"#) { $0.element(user) } }
    }
  }
}

extension IPAddress {
  /// The address in an A or AAAA record.
  init?(_ record: RecordView) {
    guard record.type == .a || record.type == .aaaa else { return nil }
    switch record.rdata {
    case .a(let address): self.init(v4: address)
    case .aaaa(let high, let low): self.init(v6High: high, low: low)
    default: return nil
    }
  }
}
