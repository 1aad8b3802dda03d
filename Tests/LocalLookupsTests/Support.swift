import Bytes
import DNSWire
import PacketDecoding
import TraceModel

@testable import LocalLookups

extension String {
  /// In varlink's format.
  var varlink: [UInt8] { Array(utf8) + [0] }
}

/// A message of the table, as text: `client A www.example.test. NOERROR 192.0.2.1`.
struct Given: ~Copyable, PayloadReceiver {
  var texts: [String] = []
  var ids: [UInt16] = []
  var contexts: [MessageContext] = []
  private var reader = MessageReader()

  func isProven(_ flow: Flow) -> Bool { false }

  mutating func receive(_ payload: borrowing DNSPayload, ledger: inout Ledger) {
    let context = payload.contexts[0]
    contexts.append(context)
    do {
      let index = try reader.read(payload.octets)
      let words = Self.words(reader.view(of: payload.octets, index), context.direction)
      ids.append(index.header.id)
      texts.append(words.joined(separator: " "))
    } catch {
      texts.append("malformed")
    }
  }

  private static func words(_ message: MessageView, _ direction: Direction) -> [String] {
    let isResponse = message.header.isResponse
    var words = [(direction == .egress) != isResponse ? "client" : "server"]
    if let question = message.question {
      words += [question.qtype.description, question.qname.presentation()]
    }
    if isResponse { words.append(message.header.responseCode.description) }
    var records = message.answers.makeCursor()
    while let record = records.next() {
      words += [record.type.description, ByteWriter.text { record.writeData(to: &$0) }]
    }
    return words
  }
}

/// A table, its messages, and its ledger.
struct Bench: ~Copyable {
  var table = LocalLookupTable()
  var given = Given()
  var ledger = Ledger()
  var now: Int64 = 0

  enum What { case call, receipt, reply }

  @discardableResult
  mutating func push(
    _ what: What, _ octets: [UInt8] = [], connection: UInt64 = 7, recognition: Recognition = .varlink,
    missing: Int = 0
  ) -> PacketOutcome {
    now += 1_000_000
    let header = PacketHeader(
      originalLength: octets.count + missing, time: Timestamp(nanoseconds: now),
      direction: what == .reply ? .ingress : .egress, socketCookie: connection, recognition: recognition)
    let capture = Capture(bytes: octets, header: header, attribution: .notRecorded)
    ledger.recognised += 1
    return table.push(capture.view, into: &given, ledger: &ledger)
  }
}
