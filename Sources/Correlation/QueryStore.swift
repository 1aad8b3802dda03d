import Bytes
import TraceModel
import DNSWire
import PacketDecoding

/// The queries of open exchanges, by slot: copies of their octets and contexts.
///
/// Short queries are in one array for all slots, so storing one allocates nothing.
struct QueryStore: Sendable {
  private var indexes: [MessageIndex] = []
  private var contexts: [MessageContext] = []
  /// `shortCount` octets for each slot.
  private var short: [UInt8] = []
  private var counts: [UInt16] = []
  /// The octets of longer queries, and of some that have been removed.
  private var long: [UInt8] = []
  /// The offset in `long` of a slot's octets; -1 for a short query or none.
  private var starts: [Int] = []
  /// Octets of `long` that are in use.
  private var longCount = 0

  private static let shortCount = 96

  /// The memory of a query in these arrays, in octets, unless it is long.
  static let slotCost =
    MemoryLayout<MessageIndex>.stride + MemoryLayout<MessageContext>.stride + shortCount
    + MemoryLayout<Int>.stride + MemoryLayout<UInt16>.stride

  /// Copies a query into a slot: a free one, or the next.
  mutating func set(_ slot: Int, to query: borrowing DecodedMessage) {
    let octets = query.message.octets
    let count = octets.count
    if slot == indexes.count {
      indexes.append(query.message.index)
      contexts.append(query.contexts[0])
      short.append(contentsOf: repeatElement(0, count: Self.shortCount))
      starts.append(-1)
      counts.append(UInt16(truncatingIfNeeded: count))
    } else {
      indexes[slot] = query.message.index
      contexts[slot] = query.contexts[0]
      counts[slot] = UInt16(truncatingIfNeeded: count)
    }
    if count <= Self.shortCount {
      let start = slot * Self.shortCount
      for place in 0..<count { short[start + place] = octets[place] }
    } else {
      starts[slot] = long.count
      longCount += count
      long.append(contentsOf: octets)
    }
  }

  /// Releases what the query of a slot refers to.
  mutating func clear(_ slot: Int) {
    contexts[slot].attribution = .notRecorded
    if !contexts[slot].packets.isEmpty { contexts[slot].packets = PacketNumbers() }
    guard starts[slot] >= 0 else { return }
    longCount -= Int(counts[slot])
    starts[slot] = -1
    if long.count > 2 * longCount + Self.mostUnused { compact() }
  }

  /// The maximum number of unused octets in `long`, besides half of it.
  private static let mostUnused = 64 << 10

  private mutating func compact() {
    var kept: [UInt8] = []
    kept.reserveCapacity(longCount)
    for slot in starts.indices where starts[slot] >= 0 {
      let start = starts[slot]
      starts[slot] = kept.count
      kept += long[start..<start + Int(counts[slot])]
    }
    long = kept
  }
}

// MARK: Reading

extension QueryStore {
  /// The message's octets.
  @_lifetime(borrow self)
  borrowing func octets(_ slot: Int) -> Span<UInt8> {
    let count = Int(counts[slot])
    guard count <= Self.shortCount else {
      return long.span.extracting(starts[slot]..<starts[slot] + count)
    }
    let start = slot * Self.shortCount
    return short.span.extracting(start..<start + count)
  }

  func id(_ slot: Int) -> UInt16 { indexes[slot].header.id }
  func flow(_ slot: Int) -> Flow { contexts[slot].flow }
  func attribution(_ slot: Int) -> Attribution { contexts[slot].attribution }
  func time(_ slot: Int) -> Timestamp { contexts[slot].time }
  /// Nil if the ends have no addresses.
  func client(_ slot: Int) -> Endpoint? { flow(slot).hasAddresses ? flow(slot).source : nil }
  func server(_ slot: Int) -> Endpoint? { flow(slot).hasAddresses ? flow(slot).destination : nil }
  func service(_ slot: Int) -> NameService { contexts[slot].service }
  func socketCookie(_ slot: Int) -> UInt64 { contexts[slot].socketCookie }
  func networkNamespace(_ slot: Int) -> UInt32 { contexts[slot].networkNamespace }
  func interfaceIndex(_ slot: Int) -> UInt32 { contexts[slot].interfaceIndex }

  /// The octets of a query besides `slotCost`.
  func extraOctets(_ slot: Int) -> Int { starts[slot] < 0 ? 0 : 2 * Int(counts[slot]) }

  /// The message with its records, which `reader` has parsed again.
  @_lifetime(borrow self, borrow reader)
  borrowing func message(_ slot: Int, _ reader: borrowing MessageReader) -> DecodedMessage {
    DecodedMessage(
      reader.view(of: octets(slot), indexes[slot]), contexts.span.extracting(slot..<slot + 1))
  }

  /// The first question.
  @_lifetime(borrow self)
  borrowing func question(_ slot: Int) -> QuestionView? { indexes[slot].question(in: octets(slot)) }

  func asksSame(_ slot: Int, as other: Int) -> Bool {
    guard let asked = question(slot), let question = question(other) else { return false }
    return asked == question
  }

  /// Whether a query has the same question as `message`, compared case-insensitively.
  func asksSame(_ slot: Int, as message: MessageView) -> Bool {
    guard let asked = indexes[slot].question(in: octets(slot)) else { return !message.index.hasQuestion }
    guard let other = message.question else { return false }
    return asked == other
  }

  /// Whether an answer without a question may belong to a query: it has no records either, as the answer of a server that
  /// refuses (RFC 1035 §4.1.1), or one of its records has the queried name (RFC 6762 §6).
  func mayBeAnswered(_ slot: Int, _ answer: MessageView) -> Bool {
    guard !answer.answers.isEmpty, let question = indexes[slot].question(in: octets(slot)) else {
      return true
    }
    let asked = question.qname
    return answer.answers.contains { $0.name == asked }
  }
}

extension MessageReader {
  /// Parses a stored query again.
  mutating func readAgain(_ slot: Int, of queries: borrowing QueryStore) {
    let context = queries.extent(slot)
    // It was parsed before, and its octets have not changed.
    _ = try? read(queries.octets(slot), extent: context.extent, dialect: context.dialect)
  }
}

extension QueryStore {
  fileprivate func extent(_ slot: Int) -> (extent: MessageExtent, dialect: MessageDialect) {
    (contexts[slot].missing > 0 ? .start : .whole, indexes[slot].dialect)
  }
}
