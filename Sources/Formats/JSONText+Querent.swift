import TraceModel
import Correlation
import DNSWire
import Bytes
import PacketDecoding

// What we say beyond ECS, under `querent`, in all formats that are JSON.
extension JSONText {
  mutating func attribution(_ shown: OutputRecord, _ host: Host) {
    who(shown, host) { json in
      if let first = shown.first {
        switch first.payload.recognition {
        case .port: json.fixed(#""recognised_by":"port","#)
        case .flow: json.fixed(#""recognised_by":"flow","#)
        case .shape, .undecided: json.fixed(#""recognised_by":"shape","#)
        }
      }
    }
  }

  /// How the process is known, and where it was; `more` comes between the two.
  mutating func who(_ shown: OutputRecord, _ host: Host, _ more: (inout JSONText) -> Void = { _ in }) {
    let isInherited = shown.details?.isInherited ?? false
    kept(shown.exchange.party.method, isInherited: isInherited) { json, method in
      json.object(#""attribution":"#) { json in
        json.string(#""method":"#, method.name)
        if isInherited { json.fixed(#""inherited":true,"#) }
        if case .none(let reason) = method { json.string(#""reason":"#, reason.rawValue) }
        json.string(#""tier":"#, host.tier)
      }
    }
    more(&self)
    fixed(shown.exchange.role == .client ? #""role":"client","# : #""role":"server","#)
    if let namespace = shown.first?.payload.networkNamespace, namespace != 0 {
      number(#""netns":"#, namespace)
    }
    string(#""cgroup":"#, shown.details?.cgroup)
  }

  mutating func question(_ shown: OutputRecord) {
    let asking = shown.asking
    guard let name = asking?.view.question?.qname else { return }
    let unicode = name.hasInternationalLabel ? name.unicode : nil
    guard name.hasUpperCase || unicode != nil else { return }
    object(#""question":"#) { json in
      if name.hasUpperCase { json.string(#""raw":"#, name.presentation(finalDot: false)) }
      json.string(#""unicode":"#, unicode)
    }
  }

  mutating func edns(_ shown: OutputRecord) {
    let extending = shown.extending
    guard let edns = extending?.view.edns else { return }
    object(#""edns":"#) { json in
      json.number(#""version":"#, edns.version)
      json.number(#""udp_size":"#, edns.udpPayloadSize)
      json.flag(#""do":"#, edns.dnssecOK)
      guard !edns.options.wireForm.isEmpty else { return }
      if let subnet = edns.clientSubnet { json.quoted(#""client_subnet":"#, written: subnet.write) }
      if let cookie = edns.cookie {
        json.quoted(#""cookie":"#) { output in
          output.append(hexadecimal: cookie.client)
          output.append(hexadecimal: cookie.server)
        }
      }
      json.array(#""options":"#) { json in
        var options = edns.options.makeCursor()
        while let option = options.next() { json.element(presentation: { option.write(to: &$0) }) }
      }
    }
    guard shown.exchange.answer?.message.index.hasEDNS == true, let error = edns.extendedError else { return }
    object(#""extended_error":"#) { json in
      json.number(#""code":"#, error.code.rawValue)
      if error.code.isAssigned { json.string(#""name":"#, error.code.mnemonic) }
      if !error.textOctets.isEmpty { json.string(#""text":"#, error.text) }
    }
  }

  mutating func otherSections(_ shown: OutputRecord) {
    if let answer = shown.exchange.answer {
      let message = answer.message
      array(#""authority":"#) { $0.lines(of: message.view.authority) }
      array(#""additional":"#) { $0.lines(of: message.view.additional) }
    }
    querySections(shown)
  }

  mutating func querySections(_ shown: OutputRecord) {
    guard let query = shown.exchange.query, query.header.hasRecords else { return }
    let message = query.message
    object(#""query":"#) { json in
      json.array(#""answers":"#) { $0.lines(of: message.view.answers) }
      json.array(#""authority":"#) { $0.lines(of: message.view.authority) }
      json.array(#""additional":"#) { $0.lines(of: message.view.additional) }
    }
  }

  mutating func multicast(_ shown: OutputRecord) {
    let (query, answer) = (shown.exchange.query, shown.exchange.answer)
    guard query?.service == .mdns || answer?.service == .mdns else { return }
    guard let message = (answer ?? query)?.message else { return }
    object(#""multicast":"#) { json in
      if query?.payload.isLegacyMulticast == true { json.flag(#""legacy":"#, true) }
      let asking = shown.asking
      if asking?.view.question?.wantsUnicastResponse == true { json.flag(#""unicast_response":"#, true) }
      json.array(#""cache_flush":"#) { json in
        var records = message.view.records.makeCursor()
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

  mutating func transport(_ shown: OutputRecord) {
    let exchange = shown.exchange
    let isTruncated = exchange.answer?.header.isTruncated == true
    let isReassembled =
      exchange.answer?.payload.isReassembled == true || exchange.query?.payload.isReassembled == true
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
