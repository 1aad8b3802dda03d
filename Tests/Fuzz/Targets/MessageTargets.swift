import DNSWire

func fuzzMessage(_ octets: [UInt8]) {
  for dialect in [Message.Dialect.unicast, .multicast] {
    guard let whole = try? Message(octets, dialect: dialect) else {
      for extent in [Message.Extent.start, .questions] {
        if let part = try? Message(octets, extent: extent, dialect: dialect) { read(part) }
      }
      continue
    }
    read(whole)
    guard let start = try? Message(octets, extent: .start, dialect: dialect) else {
      preconditionFailure("its start is refused, the whole is not")
    }
    precondition(start.answers.count == whole.answers.count)
    precondition((try? Message(octets, extent: .questions)) != nil)
  }
}

/// Reads everything, and checks that the texts are safe for a terminal and in proportion.
private func read(_ message: Message) {
  var text: [UInt8] = []
  for question in message.questions {
    question.qname.write(to: &text)
    question.qtype.write(to: &text)
    question.qclass.write(to: &text)
    check(question.qname)
  }
  for section in [message.answers, message.authority, message.additional] {
    var count = 0
    for record in section {
      count += 1
      record.name.write(to: &text, finalDot: false, lowercased: true)
      record.writeData(to: &text)
      _ = record.rdata
      check(record.name)
    }
    precondition(count == section.count, "a section ends early")
  }
  if let edns = message.edns {
    for option in edns.options { option.write(to: &text) }
    edns.clientSubnet?.write(to: &text)
    edns.extendedError?.write(to: &text)
    _ = edns.cookie
  }
  _ = message.responseCode.mnemonic
  precondition(message.trailingOctetCount >= 0)
  precondition(text.allSatisfy { $0 >= 0x20 && $0 < 0x7F }, "text that is no printable ASCII")
  // A name has two octets or more and up to 1,020 characters; nothing grows faster.
  precondition(text.count <= 1024 * (message.octets.count + 1), "text out of proportion")
}

private func check(_ name: Name) {
  precondition(Name(name.presentation()) == name, "a name's text is another name")
  precondition(name.copy() == name && name.copy().wireLength == name.wireLength)
  precondition(name.wireLength <= 255 && name.labelCount <= 127)
  if let unicode = name.unicode {
    precondition(name.hasInternationalLabel)
    precondition(unicode.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
  }
}

func fuzzName(_ octets: [UInt8]) {
  if let name = Name(wireForm: octets[...]) {
    var wire: [UInt8] = []
    name.writeWire(to: &wire)
    precondition(wire == octets, "an uncompressed name changes")
    check(name)
    if let parent = name.parent { precondition(name.isSubdomain(of: parent)) }
  }
  if let name = Name(String(decoding: octets, as: UTF8.self)) { check(name) }
  // As what an A-label stands for.
  if let scalars = Punycode.decode(octets) { precondition(scalars.count <= octets.count) }
  let label = Array("xn--".utf8) + octets.prefix(59)
  if let name = Name(wireForm: ([UInt8(label.count)] + label + [0])[...]) { check(name) }
}
