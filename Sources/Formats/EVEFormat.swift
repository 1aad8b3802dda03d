import TraceModel
package import Correlation
import DNSWire
package import Bytes
import PacketDecoding

/// Suricata's EVE records of type `dns`, version 3: one per message and line
/// (https://docs.suricata.io/en/latest/output/eve/eve-json-format.html), and who it was in the names of our
/// JSON.
package struct EVEFormat: Encoder {
  private let host: Host
  private var memory = JSONMemory()

  package init(host: Host) { self.host = host }

  package mutating func encode(_ exchange: borrowing Exchange, sequence: UInt64, to output: inout ByteWriter)
  {
    var json = JSONText(&output, &memory)
    exchange.forEachMessage { message in
      json.beginRecord()
      json.eveFlow(message, host)
      json.eveMessage(message)
      json.memory.processes.write(message.attribution.process, host, to: &json.octets)
      json.container(message.details?.container)
      json.object(#""querent":"#) { json in
        if !message.isMessage, message.outcome != .answered {
          json.string(#""outcome":"#, message.outcome.rawValue)
        }
        json.fixed("\"schema\":1,")
        json.attribution(message, host)
        json.lookup(message)
        json.edns(message)
        json.querySections(message)
        json.multicast(message)
        json.transport(message)
        json.answeredBy(message, host)
        json.chain(message.chain, host)
      }
      json.endRecord()
    }
    json.finish(&output, &memory)
  }
}

extension JSONText {
  fileprivate mutating func eveFlow(_ exchange: borrowing Exchange, _ host: Host) {
    // `2026-11-22T10:03:33.123456+0000`, as in Suricata.
    fixed(#""timestamp":""#)
    memory.second.writeMicroseconds(exchange.time, to: &octets)
    fixed(#"+0000","#)
    let flow = exchange.flow
    let community = exchange.isLocalLookup ? nil : flow.map(CommunityID.init)
    number(#""flow_id":"#, community?.number)
    if let first = exchange.first, first.interfaceIndex > 0 {
      string(
        #""in_iface":"#, host.interfaces.name(first.interfaceIndex, first.networkNamespace))
    }
    fixed(#""event_type":"dns","#)
    if let flow, flow.hasAddresses {
      address(#""src_ip":"#, flow.source.address)
      number(#""src_port":"#, flow.source.port)
      address(#""dest_ip":"#, flow.destination.address)
      number(#""dest_port":"#, flow.destination.port)
      switch flow.transport {
      case .udp: fixed(#""proto":"UDP","#)
      case .tcp: fixed(#""proto":"TCP","#)
      case .udpLite: fixed(#""proto":"UDPLite","#)
      case .unix: break
      }
      number(#""ip_v":"#, flow.source.address.family.rawValue)
    }
    if let community { quoted(#""community_id":"#) { community.write(to: &$0) } }
    string(#""host":"#, host.name)
  }

  fileprivate mutating func eveMessage(_ exchange: borrowing Exchange) {
    guard let message = exchange.first?.message else { return }
    let header = message.header
    object(#""dns":"#) { json in
      if header.isResponse {
        json.fixed(#""version":3,"type":"response","#)
      } else {
        json.fixed(#""version":3,"type":"request","#)
      }
      // The header and the TTLs of a local lookup were never sent.
      let isLocalLookup = exchange.isLocalLookup
      if !isLocalLookup { json.header(header) }
      let code = message.index.responseCode
      if code == .noError {
        json.fixed(#""rcode":"NOERROR","#)
      } else {
        json.quoted(#""rcode":"#) { code.write(to: &$0) }
      }
      // Most records have the name of the question or of the previous record, at the same offset in the message.
      var name = PlacedText()
      json.array(#""queries":"#) { json in
        var questions = message.questions.makeCursor()
        while let question = questions.next() {
          json.fixed(#"{"rrname":"#)
          json.octets.append(jsonAsSent: question.qname, &name)
          json.fixed(#","rrtype":""#)
          json.octets.append(typeOf: question, &json.memory)
          json.fixed(#""},"#)
        }
      }
      json.memory.data.removeAll(keepingCapacity: true)
      json.section(#""answers":"#, message.answers, &name, hasTTL: !isLocalLookup)
      json.section(#""authorities":"#, message.authority, &name)
      json.section(#""additionals":"#, message.additional, &name)
      if header.isResponse { json.object(#""grouped":"#) { $0.group(message.answers) } }
    }
  }

  private mutating func header(_ header: Header) {
    number(#""id":"#, header.id)
    quoted(#""flags":"#) { $0.append(shortestHex: header.flags) }
    if header.isResponse { fixed(#""qr":true,"#) }
    if header.isAuthoritative { fixed(#""aa":true,"#) }
    if header.isTruncated { fixed(#""tc":true,"#) }
    if header.recursionDesired { fixed(#""rd":true,"#) }
    if header.recursionAvailable { fixed(#""ra":true,"#) }
    if header.zBit { fixed(#""z":true,"#) }
    number(#""opcode":"#, header.opcode.rawValue)
  }

  private mutating func section(
    _ key: StaticString, _ records: RecordSection, _ name: inout PlacedText, hasTTL: Bool = true
  ) {
    array(key) { json in
      var records = records.makeCursor()
      while let record = records.next() {
        if record.type == .opt {
          json.memory.data.append(0..<0)
          continue
        }
        json.fixed(#"{"rrname":"#)
        json.octets.append(jsonAsSent: record.name, &name)
        json.fixed(#","rrtype":""#)
        json.octets.append(typeOf: record, &json.memory)
        json.fixed("\"")
        if hasTTL {
          json.fixed(#","ttl":"#)
          json.octets.append(decimal: record.ttl)
        }
        let data = json.octets.append(eve: record)
        json.memory.data.append(data)
        json.fixed("},")
      }
    }
  }

  /// `"A":[…],"AAAA":[…]`, the types in the order of their first record.
  private mutating func group(_ answers: RecordSection) {
    memory.answerTypes.removeAll()
    for index in 0..<answers.count { memory.answerTypes.append(answers[index].type.rawValue) }
    memory.answerTypes.find()
    for first in memory.answerTypes.indices where memory.answerTypes.isFirst(first) {
      let type = answers[first].type
      if type == .opt { continue }
      octets.append(UInt8(ascii: "\""))
      memory.types.write(type, to: &octets)
      fixed("\":[")
      var place: Int? = first
      while let index = place {
        let data = memory.data[index]
        if data.isEmpty { octets.append(eveDataOf: answers[index]) } else { octets.append(again: data) }
        comma()
        place = memory.answerTypes.next(after: index)
      }
      closeArray()
    }
  }
}

/// The offset of a name in a message, and the range of its text in the record.
private struct PlacedText {
  var place = -1
  var text = 0..<0
}

// MARK: Records

extension ByteWriter {
  /// Appends the data under its key; returns its range if the key is `rdata`.
  fileprivate mutating func append(eve record: RecordView) -> Range<Int> {
    switch record.type {
    case .soa, .srv, .sshfp:
      if append(structureOf: record) { return 0..<0 }
    default: break
    }
    append(fixed: ",\"rdata\":")
    let start = count
    append(eveDataOf: record)
    return start..<count
  }

  /// Appends data that is an object; returns false and appends nothing if it does not have the type's format.
  private mutating func append(structureOf record: RecordView) -> Bool {
    switch record.rdata {
    case .soa(let soa):
      append(fixed: ",\"soa\":{\"mname\":")
      append(jsonAsSent: soa.mname)
      append(fixed: ",\"rname\":")
      append(jsonAsSent: soa.rname)
      append(",\"serial\":", soa.serial)
      append(",\"refresh\":", soa.refresh)
      append(",\"retry\":", soa.retry)
      append(",\"expire\":", soa.expire)
      append(",\"minimum\":", soa.minimum)
    case .srv(let srv):
      append(fixed: ",\"srv\":{\"target\":")
      append(jsonAsSent: srv.target)
      append(",\"priority\":", UInt32(srv.priority))
      append(",\"weight\":", UInt32(srv.weight))
      append(",\"port\":", UInt32(srv.port))
    case .other(let octets) where record.type == .sshfp && octets.count > 2:
      append(fixed: ",\"sshfp\":{\"fingerprint\":\"")
      for place in 2..<octets.count {
        if place > 2 { append(UInt8(ascii: ":")) }
        append(hex: octets[place])
      }
      append(UInt8(ascii: "\""))
      append(",\"algo\":", UInt32(octets[0]))
      append(",\"type\":", UInt32(octets[1]))
    default: return false
    }
    append(UInt8(ascii: "}"))
    return true
  }

  @inline(__always)
  private mutating func append(_ key: StaticString, _ value: UInt32) {
    append(fixed: key)
    append(decimal: value)
  }

  /// A name has no final dot; of a mail exchange Suricata shows only the name.
  fileprivate mutating func append(eveDataOf record: RecordView) {
    if let address = IPAddress(record) {
      append(UInt8(ascii: "\""))
      address.write(to: &self)
      return append(UInt8(ascii: "\""))
    }
    switch record.rdata {
    case .ns(let name), .cname(let name), .ptr(let name), .dname(let name): append(jsonAsSent: name)
    case .mx(let mx): append(jsonAsSent: mx.exchange)
    default:
      append(UInt8(ascii: "\""))
      append(jsonInsideOf: record)
      append(UInt8(ascii: "\""))
    }
  }

  /// A name in its case as sent, without the final dot.
  private mutating func append(jsonAsSent name: NameView) {
    append(UInt8(ascii: "\""))
    append(jsonInside: name, lowercased: false)
    append(UInt8(ascii: "\""))
  }

  /// The same, copied if it is the last name written.
  fileprivate mutating func append(jsonAsSent name: NameView, _ last: inout PlacedText) {
    if name.place == last.place { return append(again: last.text) }
    let start = count
    append(jsonAsSent: name)
    last = PlacedText(place: name.place, text: start..<count)
  }
}
