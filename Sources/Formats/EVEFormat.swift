import TraceModel
package import Correlation
import DNSWire
package import Bytes
import PacketDecoding

/// Suricata's EVE records of type `dns`, version 3: one a message, one line each
/// (https://docs.suricata.io/en/latest/output/eve/eve-json-format.html), and who it was in the names of our
/// JSON.
package struct EVEFormat: Encoder {
  private let host: Host
  private var memory = JSONText.Memory()

  package init(host: Host) { self.host = host }

  package mutating func encode(_ shown: borrowing Exchange, sequence: UInt64, to output: inout ByteWriter) {
    var json = JSONText(taking: &memory, writingTo: &output)
    shown.forEachMessage { message in
      json.beginRecord()
      json.eveFlow(message, host)
      json.eveMessage(message)
      json.keptProcess(message.party, host)
      json.container(message.details?.container)
      json.object(#""querent":"#) { json in
        if !message.isMessage, message.outcome != .answered {
          json.string(#""outcome":"#, message.outcome.rawValue)
        }
        json.fixed("\"schema\":1,")
        json.attribution(message, host)
        json.edns(message)
        json.querySections(message)
        json.multicast(message)
        json.transport(message)
        json.answeredBy(message, host)
      }
      json.endRecord()
    }
    json.finish(&memory, to: &output)
  }
}

extension JSONText {
  fileprivate mutating func eveFlow(_ shown: borrowing Exchange, _ host: Host) {
    quoted(#""timestamp":"#) { CivilTime(shown.time).writeEVE(to: &$0) }
    let community = shown.clientFlow.map(CommunityID.init)
    number(#""flow_id":"#, community?.number)
    if let first = shown.first {
      string(
        #""in_iface":"#, host.interfaces.name(first.interfaceIndex, first.networkNamespace))
    }
    fixed(#""event_type":"dns","#)
    if let flow = shown.first?.flow {
      address(#""src_ip":"#, flow.source.address)
      number(#""src_port":"#, flow.source.port)
      address(#""dest_ip":"#, flow.destination.address)
      number(#""dest_port":"#, flow.destination.port)
      switch flow.transport {
      case .udp: string(#""proto":"#, fixed: "UDP")
      case .tcp: string(#""proto":"#, fixed: "TCP")
      case .udpLite: string(#""proto":"#, fixed: "UDPLite")
      }
      number(#""ip_v":"#, flow.source.address.family.rawValue)
    }
    if let community { quoted(#""community_id":"#) { community.write(to: &$0) } }
    string(#""host":"#, host.name)
  }

  fileprivate mutating func eveMessage(_ shown: borrowing Exchange) {
    guard let message = shown.first?.message else { return }
    let header = message.header
    let answer = shown.answer?.message
    object(#""dns":"#) { json in
      json.number(#""version":"#, 3)
      json.string(#""type":"#, fixed: header.isResponse ? "response" : "request")
      json.number(#""id":"#, header.id)
      json.string(#""flags":"#, String(header.flags, radix: 16))
      if header.isResponse { json.flag(#""qr":"#, true) }
      if header.isAuthoritative { json.flag(#""aa":"#, true) }
      if header.isTruncated { json.flag(#""tc":"#, true) }
      if header.recursionDesired { json.flag(#""rd":"#, true) }
      if header.recursionAvailable { json.flag(#""ra":"#, true) }
      if header.zBit { json.flag(#""z":"#, true) }
      json.number(#""opcode":"#, header.opcode.rawValue)
      json.string(#""rcode":"#, message.index.responseCode.mnemonic)
      json.array(#""queries":"#) { json in
        var questions = message.questions.makeCursor()
        while let question = questions.next() {
          json.element { json in
            json.value(#""rrname":"#) { $0.append(jsonAsSent: question.qname) }
            json.type(#""rrtype":"#, of: question)
          }
        }
      }
      json.section(#""answers":"#, message.answers)
      json.section(#""authorities":"#, message.authority)
      json.section(#""additionals":"#, message.additional)
      guard let answers = answer?.answers, answers.contains(where: { $0.type != .opt }) else { return }
      json.value(#""grouped":"#) { $0.append(grouped: answers) }
    }
  }

  private mutating func section(_ key: StaticString, _ records: RecordSection) {
    array(key) { json in
      var records = records.makeCursor()
      while let record = records.next() {
        if record.type == .opt { continue }
        json.octets.append(eve: record)
        json.comma()
      }
    }
  }
}

// MARK: Records

extension ByteWriter {
  fileprivate mutating func append(eve record: RecordView) {
    append(fixed: "{\"rrname\":")
    append(jsonAsSent: record.name)
    append(fixed: ",\"rrtype\":\"")
    record.writeType(to: &self)
    append(fixed: "\",\"ttl\":")
    append(decimal: record.ttl)
    switch record.rdata {
    case .soa(let soa):
      append(fixed: ",\"soa\":{\"mname\":")
      append(jsonAsSent: soa.mname)
      append(fixed: ",\"rname\":")
      append(jsonAsSent: soa.rname)
      append([
        ("serial", soa.serial), ("refresh", soa.refresh), ("retry", soa.retry), ("expire", soa.expire),
        ("minimum", soa.minimum),
      ])
      append(UInt8(ascii: "}"))
    case .srv(let srv):
      append(fixed: ",\"srv\":{\"target\":")
      append(jsonAsSent: srv.target)
      append([
        ("priority", UInt32(srv.priority)), ("weight", UInt32(srv.weight)), ("port", UInt32(srv.port)),
      ])
      append(UInt8(ascii: "}"))
    case .other(let octets) where record.type == .sshfp && octets.count > 2:
      append(fixed: ",\"sshfp\":{\"fingerprint\":\"")
      for place in 2..<octets.count {
        if place > 2 { append(UInt8(ascii: ":")) }
        append(hex: octets[place])
      }
      append(UInt8(ascii: "\""))
      append([("algo", UInt32(octets[0])), ("type", UInt32(octets[1]))])
      append(UInt8(ascii: "}"))
    default:
      append(fixed: ",\"rdata\":")
      append(eveDataOf: record)
    }
    append(UInt8(ascii: "}"))
  }

  private mutating func append(_ numbers: [(name: String, value: UInt32)]) {
    for (name, value) in numbers {
      append(text: ",\"\(name)\":")
      append(decimal: value)
    }
  }

  /// A name alone has no final dot, and of a mail exchange Suricata knows only the name.
  private mutating func append(eveDataOf record: RecordView) {
    switch record.rdata {
    case .ns(let name), .cname(let name), .ptr(let name), .dname(let name): append(jsonAsSent: name)
    case .mx(let mx): append(jsonAsSent: mx.exchange)
    default: append(jsonDataOf: record)
    }
  }

  /// `{"A":[…],"AAAA":[…]}`, the types in the order in which they first come.
  fileprivate mutating func append(grouped answers: RecordSection) {
    var types: [RecordType] = []
    var records = answers.makeCursor()
    while let record = records.next() {
      if record.type != .opt, !types.contains(record.type) { types.append(record.type) }
    }
    append(UInt8(ascii: "{"))
    for (place, type) in types.enumerated() {
      append(text: place == 0 ? "\"" : ",\"")
      type.write(to: &self)
      append(fixed: "\":[")
      var isFirst = true
      var records = answers.makeCursor()
      while let record = records.next() {
        guard record.type == type else { continue }
        if !isFirst { append(UInt8(ascii: ",")) }
        isFirst = false
        append(eveDataOf: record)
      }
      append(UInt8(ascii: "]"))
    }
    append(UInt8(ascii: "}"))
  }

  /// A name in the case in which it was sent, without the final dot.
  fileprivate mutating func append(jsonAsSent name: NameView) {
    append(UInt8(ascii: "\""))
    append(jsonInside: name, lowercased: false)
    append(UInt8(ascii: "\""))
  }
}

extension CivilTime {
  /// `2026-11-22T10:03:33.123456+0000`, as Suricata has it.
  fileprivate func writeEVE(to output: inout ByteWriter) {
    writeDate(to: &output)
    writeClock(to: &output, digits: 6)
    output.append(fixed: "+0000")
  }
}
