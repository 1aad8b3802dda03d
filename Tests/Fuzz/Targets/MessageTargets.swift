import Bytes
import DNSWire

func fuzzMessage(_ octets: [UInt8]) {
  for dialect in [MessageDialect.unicast, .multicast] {
    guard let whole = try? StoredMessage(octets, dialect: dialect) else {
      for extent in [MessageExtent.start, .questions] {
        if let part = try? StoredMessage(octets, extent: extent, dialect: dialect) { read(part.view) }
      }
      continue
    }
    read(whole.view)
    guard let start = try? StoredMessage(octets, extent: .start, dialect: dialect) else {
      preconditionFailure("its start is refused, the whole is not")
    }
    precondition(start.view.answers.count == whole.view.answers.count)
    precondition((try? StoredMessage(octets, extent: .questions)) != nil)
  }
}

/// Reads everything, and checks that the texts are safe for a terminal and of bounded length.
private func read(_ message: MessageView) {
  var text = ByteWriter()
  var questions = message.questions.makeCursor()
  while let question = questions.next() {
    question.qname.write(to: &text)
    question.qtype.write(to: &text)
    question.qclass.write(to: &text)
    check(question.qname)
  }
  var records = message.records.makeCursor()
  while let record = records.next() {
    record.name.write(to: &text, finalDot: false, lowercased: true)
    let start = text.count
    record.writeData(to: &text)
    // These may be checked without the walker that writes their text; the two must agree.
    let isCommon = [.a, .aaaa, .cname, .ns, .ptr, .dname].contains(record.type) && record.class == .internet
    precondition(!isCommon || record.rawData.isEmpty || !text.array()[start...].starts(with: "\\# ".utf8))
    _ = record.rdata
    check(record.name)
  }
  if let edns = message.edns {
    var options = edns.options.makeCursor()
    while let option = options.next() { option.write(to: &text) }
    edns.clientSubnet?.write(to: &text)
    edns.extendedError?.write(to: &text)
    _ = edns.cookie
  }
  _ = message.responseCode.mnemonic
  precondition(message.trailingOctetCount >= 0)
  precondition(text.array().allSatisfy { $0 >= 0x20 && $0 < 0x7F }, "text that is not printable ASCII")
  // A name has at least two octets and up to 1,020 characters; no other text is longer per octet.
  precondition(text.count <= 1024 * (message.octets.count + 1), "text that is too long")
}

private func check(_ name: NameView) {
  let copy = OwnedName(name)
  precondition(OwnedName(name.presentation()) == copy, "a name's text is another name")
  precondition(copy.view == name && copy.view.wireLength == name.wireLength)
  precondition(name.wireLength <= 255 && name.labelCount <= 127)
  if let unicode = name.unicode {
    precondition(name.hasInternationalLabel)
    precondition(unicode.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
  }
}

func fuzzName(_ octets: [UInt8]) {
  if let name = OwnedName(wireForm: octets) {
    var wire: [UInt8] = []
    name.view.writeWire(to: &wire)
    precondition(wire == octets, "an uncompressed name changes")
    check(name.view)
    if let parent = name.view.parent { precondition(name.view.isSubdomain(of: parent)) }
  }
  if let name = OwnedName(String(decoding: octets, as: UTF8.self)) { check(name.view) }
  // As the decoded form of an A-label.
  if let scalars = Punycode.decode(octets) { precondition(scalars.count <= octets.count) }
  let label = Array("xn--".utf8) + octets.prefix(59)
  if let name = OwnedName(wireForm: [UInt8(label.count)] + label + [0]) { check(name.view) }
}
