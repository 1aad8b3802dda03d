import Captures
import Correlation
import DNSWire
import Octets
import Packets

// What we say beyond ECS, under `querent`, in all formats that are JSON.
extension JSONText {
  mutating func attribution(_ shown: Shown, _ host: Host) {
    who(shown, host) { json in
      if let first = shown.first {
        json.string(#""recognised_by":"#, fixed: first.payload.recognition == .port ? "port" : "shape")
      }
    }
  }

  /// How the process is known, and where it was; `more` comes between the two.
  mutating func who(_ shown: Shown, _ host: Host, _ more: (inout JSONText) -> Void = { _ in }) {
    let method = shown.exchange.party.method
    object(#""attribution":"#) { json in
      json.string(#""method":"#, method.name)
      if case .none(let reason) = method { json.string(#""reason":"#, reason.rawValue) }
      json.string(#""tier":"#, host.tier)
    }
    more(&self)
    string(#""role":"#, fixed: shown.exchange.role == .client ? "client" : "server")
    if let namespace = shown.first?.payload.networkNamespace, namespace != 0 {
      number(#""netns":"#, namespace)
    }
    string(#""cgroup":"#, shown.details?.cgroup)
  }

  mutating func question(_ shown: Shown) {
    guard let name = shown.question?.qname else { return }
    let unicode = name.hasInternationalLabel ? name.unicode : nil
    guard name.hasUpperCase || unicode != nil else { return }
    object(#""question":"#) { json in
      if name.hasUpperCase { json.string(#""raw":"#, name.presentation(finalDot: false)) }
      json.string(#""unicode":"#, unicode)
    }
  }

  mutating func edns(_ shown: Shown) {
    guard let edns = shown.edns else { return }
    object(#""edns":"#) { json in
      json.number(#""version":"#, edns.version)
      json.number(#""udp_size":"#, edns.udpPayloadSize)
      json.flag(#""do":"#, edns.dnssecOK)
      guard !edns.options.wireForm.isEmpty else { return }
      if let subnet = edns.clientSubnet { json.quoted(#""client_subnet":"#, written: subnet.write) }
      if let cookie = edns.cookie {
        json.quoted(
          #""cookie":"#,
          written: { output in
            output.append(hexadecimal: cookie.client)
            output.append(hexadecimal: cookie.server)
          })
      }
      json.array(#""options":"#) { json in
        for option in edns.options {
          var text: [UInt8] = []
          option.write(to: &text)
          json.element(presentation: text)
        }
      }
    }
    guard let error = shown.extendedError else { return }
    object(#""extended_error":"#) { json in
      json.number(#""code":"#, error.code.rawValue)
      if error.code.isAssigned { json.string(#""name":"#, error.code.mnemonic) }
      if !error.textOctets.isEmpty { json.string(#""text":"#, error.text) }
    }
  }

  mutating func otherSections(_ shown: Shown) {
    if let message = shown.exchange.answer?.message {
      array(#""authority":"#) { $0.lines(of: message.authority) }
      array(#""additional":"#) { $0.lines(of: message.additional) }
    }
    querySections(shown)
  }

  mutating func querySections(_ shown: Shown) {
    guard let query = shown.exchange.query?.message, query.header.hasRecords else { return }
    object(#""query":"#) { json in
      json.array(#""answers":"#) { $0.lines(of: query.answers) }
      json.array(#""authority":"#) { $0.lines(of: query.authority) }
      json.array(#""additional":"#) { $0.lines(of: query.additional) }
    }
  }

  mutating func multicast(_ shown: Shown) {
    guard let message = (shown.exchange.answer ?? shown.exchange.query)?.message, message.isMulticast else {
      return
    }
    object(#""multicast":"#) { json in
      if shown.question?.wantsUnicastResponse == true { json.flag(#""unicast_response":"#, true) }
      json.array(#""cache_flush":"#) { json in
        for section in [message.answers, message.authority, message.additional] {
          for record in section where record.cacheFlush {
            var text: [UInt8] = []
            record.name.write(to: &text, finalDot: true, lowercased: true)
            text.append(UInt8(ascii: " "))
            record.writeType(to: &text)
            json.element(presentation: text)
          }
        }
      }
    }
  }

  private mutating func lines(of records: ResourceRecords) {
    for record in records where record.type != .opt {
      var text: [UInt8] = []
      record.name.write(to: &text, finalDot: true, lowercased: true)
      text.append(UInt8(ascii: " "))
      text.append(decimal: record.ttl)
      text.append(UInt8(ascii: " "))
      record.class.write(to: &text)
      text.append(UInt8(ascii: " "))
      record.writeType(to: &text)
      text.append(UInt8(ascii: " "))
      record.writeData(to: &text)
      element(presentation: text)
    }
  }

  mutating func transport(_ shown: Shown) {
    let exchange = shown.exchange
    let isTruncated = exchange.answer?.message.header.isTruncated == true
    let isReassembled =
      exchange.answer?.payload.isReassembled == true || exchange.query?.payload.isReassembled == true
    guard exchange.retries > 0 || isTruncated || isReassembled else { return }
    object(#""transport":"#) { json in
      if exchange.retries > 0 { json.number(#""retries":"#, exchange.retries) }
      if isTruncated { json.flag(#""truncated":"#, true) }
      if isReassembled { json.flag(#""reassembled":"#, true) }
    }
  }
}
