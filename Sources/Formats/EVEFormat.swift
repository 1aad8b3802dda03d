import Captures
import Correlation
import DNSWire
import Packets

/// Suricata's EVE records of type `dns`, version 3: one a message, one line each
/// (https://docs.suricata.io/en/latest/output/eve/eve-json-format.html), and who it was in the names of our
/// JSON.
package struct EVEFormat: Encoder {
  private let host: Host

  package init(host: Host) { self.host = host }

  package mutating func encode(_ shown: Shown, to output: inout [UInt8]) {
    for message in shown.messages {
      var json = JSONWriter(appendingTo: output)
      output = []
      for field in Field.eve {
        json.at(field.path)
        field.write(message, host, &json)
      }
      json.finish()
      output = json.output
    }
  }
}

extension Field {
  /// Every field of an EVE record, grouped so that each object is opened once.
  static let eve: [Field] = eveFlow + eveMessage + process + eveExchange

  private static let eveFlow: [Field] = [
    Field("timestamp", "date", "when the message passed, in UTC, with microseconds") { shown, _, json in
      json.quoted { CivilTime(shown.time).writeEVE(to: &$0) }
    },
    Field("flow_id", "long", "the same for both directions of a flow: the first 51 bits of the flow's hash") {
      $2.value($0.clientFlow.map(CommunityID.number))
    },
    Field("in_iface", "keyword", "the interface that the message passed") { shown, host, json in
      guard let payload = shown.payload else { return }
      json.value(host.interfaceName(payload.interfaceIndex, payload.networkNamespace))
    },
    Field("event_type", "keyword", "always `dns`") { $2.value("dns") },
    Field("src_ip", "ip", "who sent the message") { $2.value($0.payload?.flow.source.address) },
    Field("src_port", "long", "its port") { $2.value($0.payload?.flow.source.port) },
    Field("dest_ip", "ip", "who it was sent to") { $2.value($0.payload?.flow.destination.address) },
    Field("dest_port", "long", "its port") { $2.value($0.payload?.flow.destination.port) },
    Field("proto", "keyword", "`UDP` or `TCP`") {
      $2.value($0.payload.map { $0.flow.transport == .tcp ? "TCP" : "UDP" })
    },
    Field("ip_v", "long", "4 or 6") { $2.value($0.payload?.flow.source.address.family.rawValue) },
    Field("community_id", "keyword", "the flow hash of Zeek, Suricata and Elastic, version 1") {
      shown, _, json in
      guard let flow = shown.clientFlow else { return }
      json.quoted { CommunityID.write(flow, to: &$0) }
    },
    Field("host", "keyword", "the host's name, where Suricata has its sensor's") { $2.value($1.name) },
  ]

  /// What an exchange adds to its messages, under our own name.
  private static let eveExchange: [Field] = {
    let native: Set<String> = ["querent.question.raw", "querent.authority", "querent.additional"]
    return [
      Field("querent.outcome", "keyword", "how the exchange ended, unless it was answered") {
        guard !$0.isMessage, $0.exchange.outcome != .answered else { return }
        $2.value($0.exchange.outcome.rawValue)
      }
    ] + querent.filter { !native.contains($0.path.name) }
  }()
}

// MARK: The message

extension Field {
  private static let eveMessage: [Field] = [
    Field("dns.version", "long", "always 3") { $2.value(3) },
    Field("dns.type", "keyword", "`request` or `response`") {
      $2.value($0.header.map { $0.isResponse ? "response" : "request" })
    },
    Field("dns.id", "long", "the message id") { $2.value($0.header?.id) },
    Field("dns.flags", "keyword", "the second 16 bits of the header, hexadecimal") {
      $2.value($0.header.map { String($0.flags, radix: 16) })
    },
    flag("qr", "a response") { $0.isResponse },
    flag("aa", "from a server of the zone") { $0.isAuthoritative },
    flag("tc", "cut, since it did not fit") { $0.isTruncated },
    flag("rd", "recursion is wanted") { $0.recursionDesired },
    flag("ra", "recursion is offered") { $0.recursionAvailable },
    flag("z", "the reserved bit") { $0.zBit },
    Field("dns.opcode", "long", "the number of the kind of query") { $2.value($0.header?.opcode.rawValue) },
    Field("dns.rcode", "keyword", "`NOERROR`, `NXDOMAIN`, …, extended codes too") {
      $2.value($0.exchange.first?.message.responseCode.mnemonic)
    },
    Field("dns.queries", "object[]", "rrname and rrtype of each question") { shown, _, json in
      guard let questions = shown.exchange.first?.message.questions else { return }
      json.array(questions) { output, question in
        output.append(text: "{\"rrname\":")
        output.append(jsonAsSent: question.qname)
        output.append(text: ",\"rrtype\":\"")
        question.qtype.write(to: &output)
        output.append(text: "\"}")
      }
    },
    section("answers", "rrname, rrtype, ttl (seconds) and rdata of each answer record") { $0.answers },
    section("authorities", "the same of the authority section") { $0.authority },
    section("additionals", "the same of the additional section without OPT") { $0.additional },
    Field("dns.grouped", "object", "the answers' rdata by type: `A`, `AAAA`, …") { shown, _, json in
      guard let answers = shown.exchange.answer?.message.answers, answers.contains(where: { $0.type != .opt })
      else { return }
      json.value { $0.append(grouped: answers) }
    },
  ]

  /// A flag of the header: there when it is set.
  private static func flag(
    _ name: String, _ about: String, _ isSet: @escaping @Sendable (Header) -> Bool
  ) -> Field {
    Field(JSONPath(stringLiteral: "dns.\(name)"), "boolean", "\(about); absent if not") { shown, _, json in
      guard let header = shown.header, isSet(header) else { return }
      json.value(true)
    }
  }

  private static func section(
    _ name: String, _ about: String, _ records: @escaping @Sendable (Message) -> ResourceRecords
  ) -> Field {
    Field(JSONPath(stringLiteral: "dns.\(name)"), "object[]", about) { shown, _, json in
      guard let message = shown.exchange.first?.message else { return }
      json.array(records(message).lazy.filter { $0.type != .opt }) { $0.append(eve: $1) }
    }
  }
}

// MARK: Records

extension [UInt8] {
  fileprivate mutating func append(eve record: ResourceRecord) {
    append(text: "{\"rrname\":")
    append(jsonAsSent: record.name)
    append(text: ",\"rrtype\":\"")
    record.type.write(to: &self)
    append(text: "\",\"ttl\":")
    append(decimal: record.ttl)
    switch record.rdata {
    case .soa(let soa):
      append(text: ",\"soa\":{\"mname\":")
      append(jsonAsSent: soa.mname)
      append(text: ",\"rname\":")
      append(jsonAsSent: soa.rname)
      append([
        ("serial", soa.serial), ("refresh", soa.refresh), ("retry", soa.retry), ("expire", soa.expire),
        ("minimum", soa.minimum),
      ])
      append(UInt8(ascii: "}"))
    case .srv(let srv):
      append(text: ",\"srv\":{\"target\":")
      append(jsonAsSent: srv.target)
      append([
        ("priority", UInt32(srv.priority)), ("weight", UInt32(srv.weight)), ("port", UInt32(srv.port)),
      ])
      append(UInt8(ascii: "}"))
    case .other(let octets) where record.type == .sshfp && octets.count > 2:
      append(text: ",\"sshfp\":{\"fingerprint\":\"")
      for (place, octet) in octets.dropFirst(2).enumerated() {
        if place > 0 { append(UInt8(ascii: ":")) }
        append(hexadecimal: CollectionOfOne(octet))
      }
      append(UInt8(ascii: "\""))
      append([("algo", UInt32(octets[octets.startIndex])), ("type", UInt32(octets[octets.startIndex + 1]))])
      append(UInt8(ascii: "}"))
    default:
      append(text: ",\"rdata\":")
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
  private mutating func append(eveDataOf record: ResourceRecord) {
    switch record.rdata {
    case .ns(let name), .cname(let name), .ptr(let name), .dname(let name): append(jsonAsSent: name)
    case .mx(let mx): append(jsonAsSent: mx.exchange)
    default: append(jsonDataOf: record)
    }
  }

  /// `{"A":[…],"AAAA":[…]}`, the types in the order in which they first come.
  fileprivate mutating func append(grouped answers: ResourceRecords) {
    var types: [RecordType] = []
    for record in answers where record.type != .opt && !types.contains(record.type) {
      types.append(record.type)
    }
    append(UInt8(ascii: "{"))
    for (place, type) in types.enumerated() {
      append(text: place == 0 ? "\"" : ",\"")
      type.write(to: &self)
      append(text: "\":[")
      var isFirst = true
      for record in answers where record.type == type {
        if !isFirst { append(UInt8(ascii: ",")) }
        isFirst = false
        append(eveDataOf: record)
      }
      append(UInt8(ascii: "]"))
    }
    append(UInt8(ascii: "}"))
  }

  /// A name in the case in which it was sent, without the final dot.
  fileprivate mutating func append(jsonAsSent name: Name) {
    append(json: name.presentation(finalDot: false))
  }
}

extension CivilTime {
  /// `2026-11-22T10:03:33.123456+0000`, as Suricata has it.
  fileprivate func writeEVE(to output: inout [UInt8]) {
    writeDate(to: &output)
    writeClock(to: &output, digits: 6)
    output.append(text: "+0000")
  }
}
