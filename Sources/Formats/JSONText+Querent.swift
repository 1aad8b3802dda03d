import TraceModel
import Correlation
import DNSWire
import Bytes
import PacketDecoding

// Fields beyond ECS, under `querent`, in all JSON formats.
extension JSONText {
  mutating func attribution(_ exchange: borrowing Exchange, _ host: Host) {
    memory.attributions.write(exchange.attribution, host, to: &octets)
    if let recognition = exchange.query?.recognition ?? exchange.answer?.recognition {
      switch recognition {
      case .port: fixed(#""recognised_by":"port","#)
      case .flow: fixed(#""recognised_by":"flow","#)
      case .shape, .undecided: fixed(#""recognised_by":"shape","#)
      case .varlink, .nscd: fixed(#""recognised_by":"path","#)
      }
    }
    place(exchange)
  }

  /// How the process is known, its namespace and its cgroup; not cached.
  mutating func attributionMembers(_ exchange: borrowing Exchange, _ host: Host) {
    attribution(exchange.attribution, host)
    place(exchange)
  }

  /// The protocol that the program used instead of DNS.
  mutating func lookup(_ exchange: borrowing Exchange) {
    if exchange.isLocalLookup, let service = exchange.first?.service {
      string(#""protocol":"#, service.rawValue)
    }
  }

  private mutating func place(_ exchange: borrowing Exchange) {
    switch exchange.role {
    case .client: fixed(#""role":"client","#)
    case .server: fixed(#""role":"server","#)
    }
    if let namespace = exchange.query?.networkNamespace ?? exchange.answer?.networkNamespace, namespace != 0 {
      number(#""netns":"#, namespace)
    }
    if let details = exchange.details { string(#""cgroup":"#, details.cgroup) }
  }

  mutating func attribution(_ attribution: Attribution, _ host: Host) {
    object(#""attribution":"#) { json in
      json.string(#""method":"#, attribution.method.name)
      if attribution.details?.isInherited == true { json.fixed(#""inherited":true,"#) }
      if case .none(let reason) = attribution.method { json.string(#""reason":"#, reason.rawValue) }
      json.string(#""tier":"#, host.tier)
    }
  }

  mutating func question(_ exchange: borrowing Exchange) {
    guard let name = exchange.question?.qname else { return }
    let unicode = name.hasInternationalLabel ? name.unicode : nil
    guard asked.hasUpperCase || unicode != nil else { return }
    object(#""question":"#) { json in
      if json.asked.hasUpperCase { json.string(#""raw":"#, name.presentation(finalDot: false)) }
      json.string(#""unicode":"#, unicode)
    }
  }

  mutating func edns(_ exchange: borrowing Exchange) {
    guard let edns = exchange.edns else { return }
    object(#""edns":"#) { json in
      json.number(#""version":"#, edns.version)
      json.number(#""udp_size":"#, edns.udpPayloadSize)
      json.flag(#""do":"#, edns.dnssecOK)
      guard !edns.options.wireForm.isEmpty else { return }
      if let subnet = edns.clientSubnet { json.quoted(#""client_subnet":"#) { subnet.write(to: &$0) } }
      if let cookie = edns.cookie {
        json.quoted(#""cookie":"#) { output in
          output.append(hex: cookie.client)
          output.append(hex: cookie.server)
        }
      }
      json.array(#""options":"#) { json in
        var options = edns.options.makeCursor()
        while let option = options.next() { json.element(presentation: { option.write(to: &$0) }) }
      }
    }
    guard exchange.answer?.message.index.hasEDNS == true, let error = edns.extendedError else { return }
    object(#""extended_error":"#) { json in
      json.number(#""code":"#, error.code.rawValue)
      if error.code.isAssigned { json.string(#""name":"#, error.code.mnemonic) }
      if !error.textOctets.isEmpty { json.string(#""text":"#, error.text) }
    }
  }

  mutating func otherSections(_ exchange: borrowing Exchange) {
    if let answer = exchange.answer {
      let message = answer.message
      array(#""authority":"#) { $0.lines(of: message.authority) }
      array(#""additional":"#) { $0.lines(of: message.additional) }
    }
    querySections(exchange)
  }

  mutating func querySections(_ exchange: borrowing Exchange) {
    guard let query = exchange.query, query.message.index.hasRecords else { return }
    let message = query.message
    object(#""query":"#) { json in
      json.array(#""answers":"#) { $0.lines(of: message.answers) }
      json.array(#""authority":"#) { $0.lines(of: message.authority) }
      json.array(#""additional":"#) { $0.lines(of: message.additional) }
    }
  }

  mutating func multicast(_ exchange: borrowing Exchange) {
    switch (exchange.query?.service, exchange.answer?.service) {
    case (.mdns, _), (_, .mdns): break
    default: return
    }
    let query = exchange.query
    guard let message = exchange.last?.message else { return }
    object(#""multicast":"#) { json in
      if query?.isLegacyMulticast == true { json.flag(#""legacy":"#, true) }
      if exchange.question?.wantsUnicastResponse == true { json.flag(#""unicast_response":"#, true) }
      json.array(#""cache_flush":"#) { json in
        var records = message.records.makeCursor()
        while let record = records.next() {
          guard record.cacheFlush else { continue }
          json.element(presentation: { text in
            record.name.write(to: &text, finalDot: true, lowercased: true)
            text.append(UInt8(ascii: " "))
            record.writeType(to: &text)
          })
        }
      }
    }
  }

  private mutating func lines(of records: RecordSection) {
    var records = records.makeCursor()
    while let record = records.next() {
      if record.type != .opt { element(lineOf: record) }
    }
  }

  mutating func transport(_ exchange: borrowing Exchange) {

    let isTruncated = exchange.answer?.header.isTruncated == true
    let isReassembled =
      exchange.answer?.isReassembled == true || exchange.query?.isReassembled == true
    let isCut = exchange.isCapturedInPart
    guard exchange.retries > 0 || isTruncated || isReassembled || isCut else { return }
    object(#""transport":"#) { json in
      if exchange.retries > 0 { json.number(#""retries":"#, exchange.retries) }
      if isTruncated { json.flag(#""truncated":"#, true) }
      if isReassembled { json.flag(#""reassembled":"#, true) }
      if isCut { json.flag(#""truncated_capture":"#, true) }
    }
  }
}
