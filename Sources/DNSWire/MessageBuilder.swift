/// Builds a message, for tests and for a server that answers from a table.
package struct MessageBuilder: Sendable {
  /// Its counts are ignored: they are computed from the contents.
  package var header: Header
  package var questions: [Question] = []
  package var answers: [Record] = []
  package var authority: [Record] = []
  package var additional: [Record] = []
  /// Becomes the last additional record.
  package var opt: OPT?
  package var compression = Compression.ofOwnerNames

  package enum Compression: Sendable {
    case none
    /// The names of questions and records, not those in rdata.
    case ofOwnerNames
  }

  package init(header: Header) { self.header = header }

  /// A query with the RD flag set.
  package init(query id: UInt16, _ question: Question) {
    header = Header(id: id)
    header.recursionDesired = true
    questions = [question]
  }

  /// An answer to the first question of `query`, without records.
  package init(answerTo query: MessageView, responseCode: ResponseCode = .noError) {
    header = Header(id: query.header.id)
    header.opcode = query.header.opcode
    header.recursionDesired = query.header.recursionDesired
    header.isResponse = true
    header.responseCode = responseCode
    if let question = query.question { questions = [Question(question)] }
  }

  /// The message's octets.
  package func build() -> [UInt8] {
    var writer = MessageWriter(compression: compression)
    let opt = opt.map { [Record($0)] } ?? []
    for field in [
      header.id, header.flags, UInt16(truncatingIfNeeded: questions.count),
      UInt16(truncatingIfNeeded: answers.count), UInt16(truncatingIfNeeded: authority.count),
      UInt16(truncatingIfNeeded: additional.count + opt.count),
    ] {
      writer.octets.append(bigEndian: field)
    }
    for question in questions { writer.write(question) }
    for record in answers + authority + additional + opt { writer.write(record) }
    return writer.octets
  }
}

// MARK: Contents

extension MessageBuilder {
  package struct Question: Sendable {
    package var qname: OwnedName
    package var qtype: RecordType
    package var qclass: RecordClass

    package init(qname: OwnedName, qtype: RecordType, qclass: RecordClass = .internet) {
      self.qname = qname
      self.qtype = qtype
      self.qclass = qclass
    }

    package init(_ question: QuestionView) {
      self.init(qname: OwnedName(question.qname), qtype: question.qtype, qclass: question.qclass)
    }
  }

  package struct Record: Sendable {
    package var name: OwnedName
    package var type: RecordType
    package var `class`: RecordClass
    package var ttl: UInt32
    package var rdata: OwnedRData

    package init(
      name: OwnedName, type: RecordType, class: RecordClass = .internet, ttl: UInt32, rdata: OwnedRData
    ) {
      self.name = name
      self.type = type
      self.class = `class`
      self.ttl = ttl
      self.rdata = rdata
    }
  }

  /// The contents of an OPT record; see `EDNS`.
  package struct OPT: Sendable {
    package var udpPayloadSize: UInt16
    package var extendedResponseCode: UInt8
    package var version: UInt8
    package var dnssecOK: Bool
    package var options: [Option]

    package struct Option: Sendable {
      package var code: EDNSOptionCode
      package var octets: [UInt8]

      package init(code: EDNSOptionCode, octets: [UInt8]) {
        self.code = code
        self.octets = octets
      }
    }

    package init(
      udpPayloadSize: UInt16 = 1232, extendedResponseCode: UInt8 = 0, version: UInt8 = 0,
      dnssecOK: Bool = false, options: [Option] = []
    ) {
      self.udpPayloadSize = udpPayloadSize
      self.extendedResponseCode = extendedResponseCode
      self.version = version
      self.dnssecOK = dnssecOK
      self.options = options
    }
  }
}

extension MessageBuilder.OPT.Option {
  /// RFC 8914 §2.
  package static func extendedError(_ code: ExtendedErrorCode, text: String = "") -> Self {
    var octets: [UInt8] = []
    octets.append(bigEndian: code.rawValue)
    octets.append(contentsOf: text.utf8)
    return Self(code: .extendedError, octets: octets)
  }

  package static func clientSubnet(_ subnet: ClientSubnet) -> Self {
    Self(code: .clientSubnet, octets: subnet.octets)
  }
}

extension MessageBuilder.Record {
  /// An OPT record (RFC 6891 §6.1.2).
  fileprivate init(_ opt: MessageBuilder.OPT) {
    var octets: [UInt8] = []
    for option in opt.options { octets.append(tag: option.code.rawValue, option.octets) }
    self.init(
      name: .root, type: .opt, class: RecordClass(rawValue: opt.udpPayloadSize),
      ttl: UInt32(opt.extendedResponseCode) << 24 | UInt32(opt.version) << 16 | (opt.dnssecOK ? 0x8000 : 0),
      rdata: .octets(octets))
  }
}

// MARK: Writing

private struct MessageWriter {
  var octets: [UInt8] = []
  let compression: MessageBuilder.Compression
  /// The offset at which a name, and each of its parents, was written before.
  private var offsets: [OwnedName: Int] = [:]

  init(compression: MessageBuilder.Compression) { self.compression = compression }

  mutating func write(_ question: MessageBuilder.Question) {
    write(owner: question.qname)
    octets.append(bigEndian: question.qtype.rawValue)
    octets.append(bigEndian: question.qclass.rawValue)
  }

  mutating func write(_ record: MessageBuilder.Record) {
    write(owner: record.name)
    octets.append(bigEndian: record.type.rawValue)
    octets.append(bigEndian: record.class.rawValue)
    octets.append(bigEndian: record.ttl)
    octets.append(bigEndian: UInt16(truncatingIfNeeded: record.rdata.octets.count))
    octets.append(contentsOf: record.rdata.octets)
  }

  private mutating func write(owner name: OwnedName) {
    guard compression == .ofOwnerNames else { return name.view.writeWire(to: &octets) }
    var rest = name.view
    var labels = rest.labels
    while let label = labels.next() {
      let owned = OwnedName(rest)
      if let offset = offsets[owned] {
        return octets.append(bigEndian: 0xC000 | UInt16(truncatingIfNeeded: offset))
      }
      // Pointers have fourteen bits (RFC 1035 §4.1.4).
      if octets.count < 0x4000 { offsets[owned] = octets.count }
      octets.append(UInt8(truncatingIfNeeded: label.count))
      octets.append(label)
      guard let parent = rest.parent else { break }
      rest = parent
    }
    octets.append(0)
  }
}

extension [UInt8] {
  mutating func append(bigEndian value: some FixedWidthInteger & UnsignedInteger) {
    for shift in stride(from: value.bitWidth - 8, through: 0, by: -8) {
      append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  /// An item in the format that `TaggedOctets` reads.
  mutating func append(tag: UInt16, _ octets: [UInt8]) {
    append(bigEndian: tag)
    append(bigEndian: UInt16(truncatingIfNeeded: octets.count))
    append(contentsOf: octets)
  }
}
