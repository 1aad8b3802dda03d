import TraceModel
import Testing

struct LedgerTests {
  static let packetCounts: [any WritableKeyPath<Ledger, UInt64> & Sendable] = [
    \.ringFull, \.messageCompleting, \.continuing, \.repeated, \.malformedPackets, \.unassembled,
    \.foreignPackets,
  ]
  static let messageCounts: [any WritableKeyPath<Ledger, UInt64> & Sendable] = [
    \.published, \.deduplicated, \.malformed, \.foreign,
  ]

  @Test func `an empty ledger balances`() {
    #expect(Ledger().balances)
  }

  @Test func `every packet count explains a recognised packet`() {
    var ledger = Ledger()
    for count in Self.packetCounts {
      ledger.recognised += 3
      #expect(ledger.packetDifference == 3)
      #expect(!ledger.balances)
      ledger[keyPath: count] += 3
      #expect(ledger.balances)
    }
  }

  @Test func `every message count explains a message`() {
    var ledger = Ledger()
    for count in Self.messageCounts {
      ledger.messages += 2
      #expect(ledger.messageDifference == 2)
      ledger[keyPath: count] += 2
      #expect(ledger.balances)
    }
  }

  @Test func `the sums do not trap for any counts`() {
    var ledger = Ledger()
    for count in Self.packetCounts + Self.messageCounts { ledger[keyPath: count] = .max }
    #expect(ledger.packetDifference == 7)
    #expect(ledger.messageDifference == 4)
    #expect(ledger.lost == UInt64.max - 1)
  }

  @Test func `an interval that subtracts packets still balances`() {
    var ledger = Ledger()
    ledger.continuing &-= 2
    ledger.unassembled = 2
    #expect(ledger.balances)
  }
}
