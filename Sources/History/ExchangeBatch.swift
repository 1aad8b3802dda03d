import Bytes
import Correlation
import DNSWire
import Formats
import PacketDecoding
import TraceModel

/// Copies of exchanges on their way to the thread that writes, the octets of all in one buffer.
struct ExchangeBatch: Sendable {
  struct Entry: Sendable {
    /// Where the query's octets begin; the answer's and the name follow.
    var start: Int
    var queryCount: Int32
    var answerCount: Int32
    var nameCount: Int32
    var query: Message?
    var answer: Message?
    var type: RecordType?
    var code: ResponseCode?
    var outcome: Outcome
    var role: Exchange.Role
    var retries: Int32
    var attribution: Attribution
    var answeredBy: Attribution?
    var isInTarget: Bool
    var chain: Chain?
    var messageCount: Int32
    /// How many of `addresses` are its own.
    var addressCount: Int32
  }

  /// How a message came.
  struct Message: Sendable {
    /// A place in `paths`.
    var path: Int32
    var clientPort: UInt16
    var isReassembled: Bool
    /// Of the message on the wire, in octets.
    var length: Int32
    var time: Timestamp
  }

  private(set) var entries: [Entry] = []
  private(set) var octets: [UInt8] = []
  /// Those in the answers, in the order of the entries.
  private(set) var addresses: [IPAddress] = []
  private(set) var paths: [MessagePath] = []
  private var pathIndex = HashIndex()
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
    var (queryCount, answerCount, nameCount, addressCount) = (0, 0, 0, 0)
    var (query, answer): (Message?, Message?)
    if let decoded = exchange.query {
      octets.append(contentsOf: decoded.message.octets)
      queryCount = decoded.message.octets.count
      query = message(decoded)
    }
    if let decoded = exchange.answer {
      octets.append(contentsOf: decoded.message.octets)
      answerCount = decoded.message.octets.count
      answer = message(decoded)
      addressCount = collectAddresses(decoded.message)
    }
    let question = exchange.question
    if let question {
      let name = ByteWriter.array { question.qname.write(to: &$0, finalDot: false, lowercased: true) }
      octets += name
      nameCount = name.count
    }
    entries.append(
      Entry(
        start: start, queryCount: Int32(queryCount), answerCount: Int32(answerCount),
        nameCount: Int32(nameCount), query: query,
        answer: answer, type: question?.qtype, code: exchange.answer?.responseCode, outcome: exchange.outcome,
        role: exchange.role, retries: Int32(clamping: exchange.retries), attribution: exchange.attribution,
        answeredBy: exchange.answeredBy, isInTarget: exchange.isInTarget, chain: exchange.chain,
        messageCount: Int32(clamping: exchange.messageCount), addressCount: Int32(addressCount)))
    messages += UInt64(exchange.messageCount)
  }

  /// The name that an entry asks for, in presentation form, in lower case; empty when it has no question.
  @_lifetime(borrow self)
  func name(of entry: Entry) -> Span<UInt8> { octets.span.extracting(entry.nameRange) }

  private mutating func message(_ message: DecodedMessage) -> Message {
    Message(
      path: place(of: MessagePath(message)), clientPort: message.client.port,
      isReassembled: message.isReassembled,
      length: Int32(clamping: message.length), time: message.time)
  }

  private mutating func place(of path: MessagePath) -> Int32 {
    var hash = KeyedHash.empty
    path.combine(into: &hash)
    let place = pathIndex.place(hash.finish(), or: paths.count) { paths[$0] == path }
    if place == paths.count { paths.append(path) }
    return Int32(truncatingIfNeeded: place)
  }

  private mutating func collectAddresses(_ message: MessageView) -> Int {
    let before = addresses.count
    var records = message.answers.makeCursor()
    while let record = records.next() {
      if let address = IPAddress(record) { addresses.append(address) }
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

  /// The process that asked; nil where only the one is known that answers.
  var asker: ObservedProcess? { role == .client ? attribution.process : nil }

  /// As the filter `failed` says it.
  var isFailed: Bool { outcome == .unanswered || code.map { $0 != .noError } ?? false }

  var queryRange: Range<Int> { start..<start + Int(queryCount) }
  var answerRange: Range<Int> { queryRange.upperBound..<queryRange.upperBound + Int(answerCount) }
  var nameRange: Range<Int> { answerRange.upperBound..<answerRange.upperBound + Int(nameCount) }
}
