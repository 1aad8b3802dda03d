import DNSWire

extension [UInt8] {
  /// Octets from hexadecimal digits; spaces and line ends between them do not count.
  init(hex text: String) {
    let digits = text.compactMap(\.hexDigitValue)
    self = stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }

  /// A header (RFC 1035 §4.1.1), to which the rest of a message is added.
  static func header(
    flags: UInt16 = 0x8180, questions: Int = 0, answers: Int = 0, authority: Int = 0, additional: Int = 0
  ) -> [UInt8] {
    let counts = [questions, answers, authority, additional].flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    return [0x12, 0x34, UInt8(flags >> 8), UInt8(flags & 0xFF)] + counts
  }

  /// A record of the root's with this data.
  static func record(_ type: RecordType, class: UInt16 = 1, _ data: [UInt8]) -> [UInt8] {
    let type = type.rawValue
    return [
      0, UInt8(type >> 8), UInt8(type & 0xFF), UInt8(`class` >> 8), UInt8(`class` & 0xFF), 0, 0, 14, 16,
    ]
      + [UInt8(data.count >> 8), UInt8(data.count & 0xFF)] + data
  }
}

extension Message {
  /// A message whose only record is an answer with this data.
  init(answer type: RecordType, class: UInt16 = 1, _ data: [UInt8]) throws(WireError) {
    try self.init(.header(answers: 1) + .record(type, class: `class`, data))
  }

  var records: [ResourceRecord] { Array(answers) + Array(authority) + Array(additional) }

  /// Reads everything that can be read, and returns how many octets of text that made.
  @discardableResult
  func walk() -> Int {
    var text: [UInt8] = []
    for question in questions {
      question.qname.write(to: &text)
      question.qname.walk(&text)
      question.qtype.write(to: &text)
      question.qclass.write(to: &text)
    }
    for record in records {
      record.name.walk(&text)
      record.type.write(to: &text)
      record.class.write(to: &text)
      record.writeData(to: &text)
      record.rdata.walk(&text)
    }
    edns?.walk(&text)
    text.append(contentsOf: responseCode.mnemonic.utf8)
    text.append(contentsOf: header.opcode.mnemonic.utf8)
    return text.count + octets.count + trailingOctetCount
  }
}

extension Name {
  fileprivate func walk(_ text: inout [UInt8]) {
    write(to: &text, finalDot: false, lowercased: true)
    for label in labels { text.append(contentsOf: label) }
    text.append(UInt8(wireLength))
    text.append(UInt8(labelCount))
    text.append(UInt8(truncatingIfNeeded: hashValue))
    if hasUpperCase || isRoot { text.append(0) }
    if let parent, isSubdomain(of: parent) { text.append(1) }
  }
}

extension RData {
  fileprivate func walk(_ text: inout [UInt8]) {
    switch self {
    case .a, .aaaa: break
    case .ns(let name), .cname(let name), .ptr(let name), .dname(let name): name.walk(&text)
    case .mx(let mx): mx.exchange.walk(&text)
    case .soa(let soa):
      soa.mname.walk(&text)
      soa.rname.walk(&text)
    case .txt(let strings): for string in strings { text.append(contentsOf: string) }
    case .srv(let srv): srv.target.walk(&text)
    case .svcb(let binding), .https(let binding):
      binding.target.walk(&text)
      for parameter in binding.parameters { parameter.writeValue(to: &text) }
    case .caa(let caa): text.append(contentsOf: caa.tag + caa.value)
    case .opt(let edns): edns.walk(&text)
    case .other(let octets): text.append(contentsOf: octets)
    }
  }
}

extension EDNS {
  fileprivate func walk(_ text: inout [UInt8]) {
    for option in options { option.write(to: &text) }
    text.append(contentsOf: (extendedError?.text ?? "").utf8)
    if let cookie { text.append(contentsOf: cookie.client + cookie.server) }
    clientSubnet?.write(to: &text)
  }
}
