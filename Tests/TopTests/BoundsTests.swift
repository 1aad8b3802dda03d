import Correlation
import DNSWire
import HostSystem
import PacketDecoding
import Testing
import TraceModel
import TracePipeline

@testable import Top

/// What is counted takes bounded memory, whatever is asked.
struct BoundsTests {
  @Test func `100,000 names of as many domains take less than 24 MiB`() throws {
    let top = TopSubscriber.live()
    let first = try Self.query(0)
    // The first exchanges take what is allocated once.
    for index in 0..<1000 { Self.receive(index, first, top) }
    let before = try #require(CurrentProcess.residentOctets)
    var greatest: UInt64 = 0
    for index in 1000..<100_000 {
      Self.receive(index, first, top)
      if index % 10_000 == 0 { greatest = max(greatest, CurrentProcess.residentOctets ?? 0) }
    }
    #expect(greatest < before + 24 << 20, "\((Int(greatest) - Int(before)) >> 10) KiB")
    #expect(top.model(TopRequest(), TopSource()).totals.queries == 100_000)
    #expect(top.rows(.name).count == 1024 && top.rows(.domain).count == 1024)
    #expect(top.rows(.process).map(\.counts.queries) == [100_000])
    #expect(top.ledger.difference == 0 && top.ledger.received == 100_000)
  }

  @Test func `a frequent name is never missing among many rare ones`() throws {
    let top = TopSubscriber.live()
    let rare = try Self.query(0)
    for index in 0..<20_000 {
      Self.receive(index, rare, top)
      if index % 100 == 0 { try top.receive(Asked(name: "often.example.com")) }
    }
    let often = try #require(top.rows(.name).first)
    #expect(often.label == "often.example.com")
    #expect((100...200).contains(often.counts.queries), "\(often.counts.queries)")
    var request = TopRequest()
    request.grouping = .name
    #expect(top.model(request, TopSource()).isPartial)
  }

  /// A query whose name's second label has seven digits.
  private static func query(_ index: Int) throws -> (octets: [UInt8], context: MessageContext) {
    let stored = try #require(
      try Asked(name: "www.d0000000.test", outcome: .unanswered).exchange().query)
    return (Array(stored.message.octets), stored.context)
  }

  private static func receive(
    _ index: Int, _ query: (octets: [UInt8], context: MessageContext), _ top: TopSubscriber
  ) {
    var octets = query.octets
    var rest = index
    // Behind the header, `www` and the letter.
    for place in (18...24).reversed() {
      octets[place] = UInt8(0x30 + rest % 10)
      rest /= 10
    }
    guard let message = try? StoredMessage(octets) else { return }
    let exchange = StoredExchange(
      query: StoredDecodedMessage(message, query.context), outcome: .unanswered, role: .client,
      attribution: query.context.attribution, messageCount: 1)
    top.receive(exchange.view, at: Asked.moment(Int64(index)))
  }
}
