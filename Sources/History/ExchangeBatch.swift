import Bytes
import Correlation
import DNSWire
import PacketDecoding
import TraceModel

/// Copies of exchanges on their way to the thread that writes, the octets of all in one buffer.
struct ExchangeBatch: Sendable {
  struct Entry: Sendable {
    /// Where the query's octets begin, and the answer's behind them.
    var start: Int
    var queryCount: Int
    var answerCount: Int
    var query: Side?
    var answer: Side?
    /// Of the message with the question, and which that is; nil when neither has one.
    var index: MessageIndex
    var asked: Asked?
    var type: RecordType?
    var code: ResponseCode?
    var outcome: Outcome
    var role: Exchange.Role
    var retries: Int
    var attribution: Attribution
    var answeredBy: Attribution?
    var isInTarget: Bool
    var chain: Chain?
    var messageCount: Int
    /// How many of `addresses` are its own.
    var addressCount: Int
  }

  enum Asked: Sendable { case inQuery, inAnswer }

  private(set) var entries: [Entry] = []
  private(set) var octets: [UInt8] = []
  /// Those in the answers, in the order of the entries.
  private(set) var addresses: [IPAddress] = []
  private(set) var messages: UInt64 = 0
  /// Whether what is written so far shall be safe before anything else comes.
  var endsTransaction = false
  /// Interfaces whose names paths need, as far as they are known.
  let interfaces: InterfaceNames

  init(_ interfaces: InterfaceNames) { self.interfaces = interfaces }

  var isEmpty: Bool { entries.isEmpty }
  var count: Int { entries.count }

  mutating func append(_ exchange: borrowing Exchange) {
    let start = octets.count
    var (queryCount, answerCount, addressCount) = (0, 0, 0)
    var index = MessageIndex.none
    var asked: Asked?
    if let answer = exchange.answer {
      index = answer.message.index
      if answer.question != nil { asked = .inAnswer }
      addressCount = collectAddresses(answer.message)
    }
    if let query = exchange.query {
      if query.question != nil {
        index = query.message.index
        asked = .inQuery
      }
      octets.append(contentsOf: query.message.octets)
      queryCount = query.message.octets.count
    }
    if let answer = exchange.answer {
      octets.append(contentsOf: answer.message.octets)
      answerCount = answer.message.octets.count
    }
    let question = exchange.question
    entries.append(
      Entry(
        start: start, queryCount: queryCount, answerCount: answerCount, query: Side(exchange.query),
        answer: Side(exchange.answer), index: index, asked: asked, type: question?.qtype,
        code: exchange.answer?.responseCode, outcome: exchange.outcome, role: exchange.role,
        retries: exchange.retries, attribution: exchange.attribution, answeredBy: exchange.answeredBy,
        isInTarget: exchange.isInTarget, chain: exchange.chain, messageCount: exchange.messageCount,
        addressCount: addressCount))
    messages += UInt64(exchange.messageCount)
  }

  /// What an entry asks for, in presentation form, in lower case; nil when it has no question.
  func name(of entry: Entry) -> [UInt8]? {
    let range: Range<Int>
    switch entry.asked {
    case .inQuery: range = entry.queryRange
    case .inAnswer: range = entry.answerRange
    case nil: return nil
    }
    guard let question = entry.index.question(in: octets.span.extracting(range)) else { return nil }
    return ByteWriter.array { question.qname.write(to: &$0, finalDot: false, lowercased: true) }
  }

  private mutating func collectAddresses(_ message: MessageView) -> Int {
    let before = addresses.count
    var records = message.answers.makeCursor()
    while let record = records.next() {
      if let address = record.address { addresses.append(address) }
    }
    return addresses.count - before
  }
}

extension ExchangeBatch.Entry {
  /// The moment that the exchange is about: the query's, or that of a lone answer.
  var time: Timestamp { query?.time ?? answer?.time ?? Timestamp(nanoseconds: 0) }

  var latency: Int64? {
    guard let query, let answer else { return nil }
    return answer.time.nanoseconds(since: query.time)
  }

  /// As the filter `failed` says it.
  var isFailed: Bool { outcome == .unanswered || code.map { $0 != .noError } ?? false }

  var queryRange: Range<Int> { start..<start + queryCount }
  var answerRange: Range<Int> { start + queryCount..<start + queryCount + answerCount }
}

extension Side {
  init?(_ message: DecodedMessage?) {
    guard let message else { return nil }
    self.init(message)
  }
}

extension RecordView {
  /// What an A or AAAA record says.
  var address: IPAddress? {
    switch (type, rawData.count) {
    case (.a, 4): IPAddress(v4: UInt32(truncatingIfNeeded: number(0..<4)))
    case (.aaaa, 16): IPAddress(v6High: number(0..<8), low: number(8..<16))
    default: nil
    }
  }

  private func number(_ range: Range<Int>) -> UInt64 {
    var number: UInt64 = 0
    for index in range { number = number << 8 | UInt64(rawData[index]) }
    return number
  }
}
