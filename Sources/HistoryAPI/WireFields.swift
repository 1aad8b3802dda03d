import Bytes
import Correlation
import DNSWire

/// Where the fields of a message are in its octets (RFC 1035 §4.1).
struct WireFields {
  struct Field: Equatable {
    var section: String
    var name: String
    var offset: Int
    var length: Int
    /// In presentation form.
    var value: String
  }

  private(set) var fields: [Field] = []
  private var next = Header.size

  init(_ message: StoredMessage) {
    let octets = Array(message.octets)
    header(message.header)
    let view = message.view
    var questions = view.questions.makeCursor()
    while let question = questions.next() {
      guard let end = Self.endOfName(octets, next) else { break }
      add("question", "name", end - next, question.qname.presentation())
      add("question", "type", 2, question.qtype.mnemonic)
      add("question", "class", 2, question.qclass.mnemonic)
    }
    for (section, records) in [("answer", 0), ("authority", 1), ("additional", 2)] {
      var cursor = (records == 0 ? view.answers : records == 1 ? view.authority : view.additional)
        .makeCursor()
      while let record = cursor.next() {
        guard let end = Self.endOfName(octets, next), end + 10 + record.rawData.count <= octets.count else {
          return
        }
        add(section, "name", end - next, record.name.presentation())
        add(section, "type", 2, record.type.mnemonic)
        add(section, "class", 2, record.type == .opt ? "UDP payload size" : record.class.mnemonic)
        add(section, "TTL", 4, record.type == .opt ? "extended RCODE, version, flags" : "\(record.ttl)")
        add(section, "RDLENGTH", 2, "\(record.rawData.count)")
        add(section, "RDATA", record.rawData.count, ByteWriter.text { record.writeData(to: &$0) })
      }
    }
    if next < octets.count { add("rest", "octets", octets.count - next, "not part of a record") }
  }

  private mutating func header(_ header: Header) {
    let flags =
      [
        (header.isResponse, "QR"), (header.isAuthoritative, "AA"), (header.isTruncated, "TC"),
        (header.recursionDesired, "RD"), (header.recursionAvailable, "RA"), (header.authenticData, "AD"),
        (header.checkingDisabled, "CD"),
      ].filter(\.0).map(\.1) + ["\(header.opcode.mnemonic)", header.responseCode.mnemonic]
    let fields: [(String, String)] = [
      ("ID", "\(header.id)"), ("flags", flags.joined(separator: " ")), ("QDCOUNT", "\(header.questionCount)"),
      ("ANCOUNT", "\(header.answerCount)"), ("NSCOUNT", "\(header.authorityCount)"),
      ("ARCOUNT", "\(header.additionalCount)"),
    ]
    next = 0
    for (name, value) in fields { add("header", name, 2, value) }
  }

  private mutating func add(_ section: String, _ name: String, _ length: Int, _ value: String) {
    fields.append(Field(section: section, name: name, offset: next, length: length, value: value))
    next += length
  }

  /// The offset behind a name, whose pointers are not followed; nil where it does not end.
  private static func endOfName(_ octets: [UInt8], _ start: Int) -> Int? {
    var place = start
    while place < octets.count {
      let length = octets[place]
      if length == 0 { return place + 1 }
      // A pointer ends a name (RFC 1035 §4.1.4).
      if length & 0xc0 == 0xc0 { return place + 2 <= octets.count ? place + 2 : nil }
      place += 1 + Int(length)
    }
    return nil
  }
}

extension JSONOutput {
  mutating func message(_ name: StaticString, _ message: StoredDecodedMessage) {
    object(name) { json in
      json.time("time", message.view.time)
      json.hex("octets", message.message.octets)
      json.array("fields", of: WireFields(message.message).fields) { json, field in
        json.object { json in
          json.text("section", field.section)
          json.text("name", field.name)
          json.number("offset", field.offset)
          json.number("length", field.length)
          json.text("value", field.value)
        }
      }
    }
  }
}
