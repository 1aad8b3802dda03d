import TraceModel
import DNSWire
import PacketDecoding

/// A query that is kept until its answer comes: its octets, copied, and what is known of it.
///
/// What few queries exceed lies in the value itself, so that to keep one allocates nothing.
struct StoredQuery: Sendable {
  let index: MessageIndex
  private let contexts: InlineArray<1, MessageContext>
  private var short = InlineArray<96, UInt8>(repeating: 0)
  /// The octets, where they are more than `short` holds.
  private var long: [UInt8] = []
  private let count: Int

  init(_ message: borrowing DecodedMessage) {
    index = message.message.index
    contexts = [message.context]
    let octets = message.message.octets
    count = octets.count
    if count <= short.count {
      for place in 0..<count { short[place] = octets[place] }
    } else {
      long.append(contentsOf: octets)
    }
  }

  private init() {
    index = .none
    let nowhere = Endpoint(address: IPAddress(v4: 0), port: 0)
    contexts = [
      MessageContext(
        flow: Flow(transport: .udp, source: nowhere, destination: nowhere), length: 0,
        time: Timestamp(nanoseconds: 0), direction: .unspecified)
    ]
    count = 0
  }

  static let none = StoredQuery()

  /// The message's octets.
  var octets: Span<UInt8> {
    @_lifetime(borrow self)
    borrowing get { count <= short.count ? short.span.extracting(first: count) : long.span }
  }

  /// Octets that it takes beside the value itself.
  var extraOctets: Int { long.isEmpty ? 0 : long.capacity + 32 }

  var context: MessageContext { _read { yield contexts[0] } }
  var flow: Flow { contexts[0].flow }

  /// The message with its records, which `reader` finds again.
  @_lifetime(borrow self, borrow reader)
  func message(_ reader: borrowing MessageReader) -> DecodedMessage {
    DecodedMessage(reader.view(of: octets, index), contexts.span)
  }

  var question: QuestionView? {
    @_lifetime(borrow self)
    borrowing get { index.question(in: octets) }
  }

  /// Whether it asks the same as `message`, letter case aside.
  func asksSame(as message: MessageView) -> Bool {
    guard let asked = question else { return message.index.question(in: message.octets) == nil }
    guard let other = message.question else { return false }
    return asked == other
  }
}

extension MessageReader {
  /// Finds the records of a stored query again.
  mutating func readAgain(_ query: borrowing StoredQuery) {
    // It was read before, and its octets are the same.
    _ = try? read(
      query.octets, extent: query.context.isCut ? .start : .whole, dialect: query.index.dialect)
  }
}
