import DNSWire
import Testing

@Suite("A reader of messages")
struct ReaderTests {
  private static let large: [UInt8] =
    .header(answers: 40) + (0..<40).flatMap { [UInt8].record(.a, [192, 0, 2, UInt8($0)]) }

  /// The texts of the records; nil when the message is refused.
  private func texts(_ octets: [UInt8], _ reader: inout MessageReader) -> [String]? {
    guard let index = try? reader.read(octets.span) else { return nil }
    return reader.view(of: octets.span, index).records.texts
  }

  private func copy(of octets: Span<UInt8>, _ reader: inout MessageReader) throws(WireError) -> StoredMessage
  {
    let index = try reader.read(octets)
    return StoredMessage(copying: reader.view(of: octets, index))
  }

  @Test("gives each message its own records, independent of earlier messages")
  func reuse() {
    var reader = MessageReader()
    let small: [UInt8] = .header(answers: 1) + .record(.a, [192, 0, 2, 99])
    let addresses = (0..<40).map { "192.0.2.\($0)" }
    let half = Array(Self.large.dropLast(300))
    #expect(texts(Self.large, &reader) == addresses)
    #expect(texts(small, &reader) == ["192.0.2.99"])
    #expect(texts(half, &reader) == nil)
    #expect(texts(.header(), &reader) == [])
    #expect(texts(Self.large, &reader) == addresses)
  }

  @Test("reserves memory for the records that the octets can hold, not for those that the header counts")
  func room() {
    var reader = MessageReader()
    let octets: [UInt8] = .header(answers: 0xFFFF, authority: 0xFFFF, additional: 0xFFFF)
    #expect(texts(octets + .record(.a, [192, 0, 2, 1]), &reader) == nil)
    // As many records as fit into 65,535 octets; the rest is one octet too short for another.
    let record: [UInt8] = [0, 0, 10, 0, 1, 0, 0, 0, 0, 0, 0]
    let count = (65_535 - 12) / record.count
    let header: [UInt8] = .header(answers: count - 2, authority: 1, additional: 1)
    #expect(texts(header + (0..<count).flatMap { _ in record }, &reader)?.count == count)
    let short: [UInt8] = .header(answers: count - 1, authority: 1, additional: 1)
    #expect(texts(short + (0..<count).flatMap { _ in record }, &reader) == nil)
  }

  @Test("gives a message that can be copied from its octets")
  func copying() throws {
    var reader = MessageReader()
    let buffer = [1, 2, 3] + MessageTests.answer
    let copy = try copy(of: buffer.span.extracting(droppingFirst: 3), &reader)
    _ = texts(Self.large, &reader)
    #expect(copy.octets.elementsEqual(MessageTests.answer))
    let original = try StoredMessage(MessageTests.answer)
    #expect(copy.view.records.texts == original.view.records.texts)
    #expect(copy.index.responseCode == .badVersion)
    copy.walk()
  }

  @Test("reports the field at which a record is truncated")
  func cutFields() {
    // Name, type, class, TTL, RDLENGTH; then four octets of which some are missing.
    let fields = [0, 1, 1, 3, 3, 5, 5, 5, 5, 9, 9, 11, 11, 11, 11]
    let record: [UInt8] = .record(.a, [192, 0, 2, 1])
    for (count, field) in fields.enumerated() {
      let octets: [UInt8] = .header(answers: 1) + record.prefix(count)
      #expect(throws: error(.truncatedRecord, 12 + field), "\(count) octets") { try StoredMessage(octets) }
    }
    for count in 0..<12 {
      let header: [UInt8] = Array([UInt8].header().prefix(count))
      #expect(throws: error(.shortHeader, count / 2 * 2), "\(count) octets") { try StoredMessage(header) }
    }
  }

  @Test("resolves the name of a question that is a compression pointer into the header")
  func questionInHeader() throws {
    // The id and the flags are a label and the root.
    let header: [UInt8] = [1, 0x61, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0]
    let question: [UInt8] = [0xC0, 0, 0, 1, 0, 1]
    let record: [UInt8] = [0xC0, 12] + [UInt8].record(.a, [192, 0, 2, 1]).dropFirst()
    let message = try StoredMessage(header + question + record)
    #expect(message.view.question?.qname.place == 0)
    #expect(message.view.answers.first?.name.place == 0)
    #expect(message.view.answers.map { $0.name.presentation() } == ["a."])
  }

  @Test("reads several questions, each with its type and class")
  func questions() throws {
    let octets: [UInt8] =
      .header(questions: 3) + [1, 0x61, 0, 0, 1, 0, 1] + [0xC0, 12, 0, 28, 0, 3] + [0, 0, 2, 0, 1]
    let message = try StoredMessage(octets)
    var found: [String] = []
    var questions = message.view.questions.makeCursor()
    while let question = questions.next() {
      found.append("\(question.qname.presentation()) \(question.qclass) \(question.qtype)")
    }
    #expect(found == ["a. IN A", "a. CH AAAA", ". IN NS"])
    #expect(message.view.questions.count == 3)
  }
}
