import Bytes
import DNSWire
import Testing

extension [UInt8] {
  /// Octets from hexadecimal digits; spaces and line ends between them are ignored.
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

  /// A record of the root with this data.
  static func record(_ type: RecordType, class: UInt16 = 1, _ data: [UInt8]) -> [UInt8] {
    let type = type.rawValue
    return [
      0, UInt8(type >> 8), UInt8(type & 0xFF), UInt8(`class` >> 8), UInt8(`class` & 0xFF), 0, 0, 14, 16,
    ]
      + [UInt8(data.count >> 8), UInt8(data.count & 0xFF)] + data
  }
}

extension StoredMessage {
  /// A message whose only record is an answer with this data.
  init(answer type: RecordType, class: UInt16 = 1, _ data: [UInt8]) throws(WireError) {
    try self.init(.header(answers: 1) + .record(type, class: `class`, data))
  }

  /// Reads all of a message, and returns the number of octets of text.
  @discardableResult
  func walk() -> Int {
    var text = ByteWriter()
    let message = view
    var questions = message.questions.makeCursor()
    while let question = questions.next() {
      question.qname.write(to: &text)
      question.qname.walk(&text)
      question.qtype.write(to: &text)
      question.qclass.write(to: &text)
    }
    var records = message.records.makeCursor()
    while let record = records.next() {
      record.name.walk(&text)
      record.type.write(to: &text)
      record.class.write(to: &text)
      let start = text.count
      record.writeData(to: &text)
      record.rdata.walk(&text)
      // These may be checked without the walker that writes their text; the two must agree.
      let isCommon =
        [.a, .aaaa, .cname, .ns, .ptr, .dname].contains(record.type) && record.class == .internet
      if isCommon, record.rawData.count > 0 { #expect(!text.array()[start...].starts(with: "\\# ".utf8)) }
    }
    message.edns?.walk(&text)
    text.append(text: message.responseCode.mnemonic)
    text.append(text: header.opcode.mnemonic)
    return text.count + octets.count + message.trailingOctetCount
  }
}

extension RecordSection {
  /// The result of `read` for each record.
  func map<Value>(_ read: (RecordView) -> Value) -> [Value] {
    var values: [Value] = []
    var records = makeCursor()
    while let record = records.next() { values.append(read(record)) }
    return values
  }

  /// The text of each record's data.
  var texts: [String] { map { $0.dataPresentation } }
}

extension NameView {
  fileprivate func walk(_ text: inout ByteWriter) {
    write(to: &text, finalDot: false, lowercased: true)
    var labels = labels
    while let label = labels.next() { text.append(octets: label) }
    text.append(UInt8(wireLength))
    text.append(UInt8(labelCount))
    text.append(UInt8(truncatingIfNeeded: OwnedName(self).hashValue))
    if hasUpperCase || isRoot { text.append(0) }
    if let parent, isSubdomain(of: parent) { text.append(1) }
  }
}

extension RData {
  fileprivate func walk(_ text: inout ByteWriter) {
    switch self {
    case .a, .aaaa: break
    case .ns(let name), .cname(let name), .ptr(let name), .dname(let name): name.walk(&text)
    case .mx(let mx): mx.exchange.walk(&text)
    case .soa(let soa):
      soa.mname.walk(&text)
      soa.rname.walk(&text)
    case .txt(let strings):
      var strings = strings.makeCursor()
      while let string = strings.next() { text.append(octets: string) }
    case .srv(let srv): srv.target.walk(&text)
    case .svcb(let binding), .https(let binding):
      binding.target.walk(&text)
      var parameters = binding.parameters.makeCursor()
      while let parameter = parameters.next() { parameter.writeValue(to: &text) }
    case .caa(let caa):
      text.append(octets: caa.tag)
      text.append(octets: caa.value)
    case .opt(let edns): edns.walk(&text)
    case .other(let octets): text.append(octets: octets)
    }
  }
}

extension EDNS {
  fileprivate func walk(_ text: inout ByteWriter) {
    var options = options.makeCursor()
    while let option = options.next() { option.write(to: &text) }
    text.append(text: extendedError?.text ?? "")
    if let cookie {
      text.append(octets: cookie.client)
      text.append(octets: cookie.server)
    }
    clientSubnet?.write(to: &text)
  }
}
