/// Builds a message: for tests, and for a server that answers from a table.
package struct MessageBuilder: Sendable {
  /// The counts in it are ignored: they follow from what was added.
  package var header: Header
  package var questions: [Question] = []
  package var answers: [Record] = []
  package var authority: [Record] = []
  package var additional: [Record] = []
  /// Becomes the last additional record.
  package var edns: EDNS?
  package var compression = Compression.ofOwnerNames

  package enum Compression: Sendable {
    case none
    /// Of the names of questions and records, not of those in rdata.
    case ofOwnerNames
  }

  /// A record to be written.
  package struct Record: Sendable {
    package var name: Name
    package var type: RecordType
    package var `class`: RecordClass
    package var ttl: UInt32
    package var rdata: RData

    package init(
      name: Name, type: RecordType, class: RecordClass = .internet, ttl: UInt32, rdata: RData
    ) {
      self.name = name
      self.type = type
      self.class = `class`
      self.ttl = ttl
      self.rdata = rdata
    }
  }

  package init(header: Header) { self.header = header }

  /// A query with the RD flag set.
  package init(query id: UInt16, _ question: Question) {
    header = Header(id: id)
    header.recursionDesired = true
    questions = [question]
  }

  /// An answer to the first question of `query`, without records.
  package init(answerTo query: Message, responseCode: ResponseCode = .noError) {
    header = Header(id: query.header.id)
    header.opcode = query.header.opcode
    header.recursionDesired = query.header.recursionDesired
    header.isResponse = true
    header.responseCode = responseCode
    questions = query.question.map { [$0] } ?? []
  }

  /// The message's octets.
  package func build() -> [UInt8] {
    var writer = MessageWriter(compression: compression)
    let opt = edns.map { [Record($0)] } ?? []
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

extension MessageBuilder.Record {
  /// An OPT record (RFC 6891 §6.1.2).
  fileprivate init(_ edns: EDNS) {
    self.init(
      name: .root, type: .opt, class: RecordClass(rawValue: edns.udpPayloadSize),
      ttl: UInt32(edns.extendedResponseCode) << 24 | UInt32(edns.version) << 16 | UInt32(edns.flags),
      rdata: .opt(edns))
  }
}

private struct MessageWriter {
  var octets: [UInt8] = []
  let compression: MessageBuilder.Compression
  /// Where a name, and each of its parents, was written before.
  private var offsets: [Name: Int] = [:]

  init(compression: MessageBuilder.Compression) { self.compression = compression }

  mutating func write(_ question: Question) {
    write(owner: question.qname)
    octets.append(bigEndian: question.qtype.rawValue)
    octets.append(bigEndian: question.qclass.rawValue)
  }

  mutating func write(_ record: MessageBuilder.Record) {
    write(owner: record.name)
    octets.append(bigEndian: record.type.rawValue)
    octets.append(bigEndian: record.class.rawValue)
    octets.append(bigEndian: record.ttl)
    let length = octets.count
    octets.append(bigEndian: 0 as UInt16)
    record.rdata.write(to: &octets)
    let count = octets.count - length - 2
    octets[length] = UInt8(truncatingIfNeeded: count >> 8)
    octets[length + 1] = UInt8(truncatingIfNeeded: count)
  }

  private mutating func write(owner name: Name) {
    guard compression == .ofOwnerNames else { return name.writeWire(to: &octets) }
    var rest = name
    for label in name.labels {
      if let offset = offsets[rest] {
        return octets.append(bigEndian: 0xC000 | UInt16(truncatingIfNeeded: offset))
      }
      // Pointers have fourteen bits (RFC 1035 §4.1.4).
      if octets.count < 0x4000 { offsets[rest] = octets.count }
      octets.append(UInt8(truncatingIfNeeded: label.count))
      octets.append(contentsOf: label)
      rest = rest.parent ?? .root
    }
    octets.append(0)
  }
}

extension RData {
  /// Appends the rdata without compression.
  func write(to output: inout [UInt8]) {
    switch self {
    case .a(let address): output.append(bigEndian: address)
    case .aaaa(let high, let low):
      output.append(bigEndian: high)
      output.append(bigEndian: low)
    case .ns(let name), .cname(let name), .ptr(let name), .dname(let name): name.writeWire(to: &output)
    case .mx(let mx):
      output.append(bigEndian: mx.preference)
      mx.exchange.writeWire(to: &output)
    case .soa(let soa):
      soa.mname.writeWire(to: &output)
      soa.rname.writeWire(to: &output)
      for field in [soa.serial, soa.refresh, soa.retry, soa.expire, soa.minimum] {
        output.append(bigEndian: field)
      }
    case .txt(let strings): output.append(contentsOf: strings.wireForm)
    case .srv(let srv):
      for field in [srv.priority, srv.weight, srv.port] { output.append(bigEndian: field) }
      srv.target.writeWire(to: &output)
    case .svcb(let binding), .https(let binding):
      output.append(bigEndian: binding.priority)
      binding.target.writeWire(to: &output)
      output.append(contentsOf: binding.parameters.wireForm)
    case .caa(let caa):
      output.append(caa.flags)
      output.append(UInt8(truncatingIfNeeded: caa.tag.count))
      output.append(contentsOf: caa.tag)
      output.append(contentsOf: caa.value)
    case .opt(let edns): output.append(contentsOf: edns.options.wireForm)
    case .other(let octets): output.append(contentsOf: octets)
    }
  }
}

extension [UInt8] {
  mutating func append(bigEndian value: some FixedWidthInteger & UnsignedInteger) {
    for shift in stride(from: value.bitWidth - 8, through: 0, by: -8) {
      append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }
}
