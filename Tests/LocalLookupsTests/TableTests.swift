import PacketDecoding
import Testing
import TraceModel

@testable import LocalLookups

struct TableTests {
  private static func call(_ name: String) -> [UInt8] {
    #"{"method":"io.systemd.Resolve.ResolveHostname","parameters":{"name":"\#(name)","family":2}}"#.varlink
  }

  private static func reply(_ last: Int) -> [UInt8] {
    #"{"parameters":{"addresses":[{"family":2,"address":[192,0,2,\#(last)]}],"flags":1}}"#.varlink
  }

  @Test func `a call, its receipt and its reply are a query and an answer at both ends`() {
    var bench = Bench()
    #expect(bench.push(.call, Self.call("a.test")) == .messageCompleting)
    #expect(bench.push(.receipt) == .messageCompleting)
    #expect(bench.push(.receipt) == .repeated)
    #expect(bench.push(.reply, Self.reply(1)) == .messageCompleting)
    #expect(
      bench.given.texts == [
        "client A a.test.", "server A a.test.", "server A a.test. NOERROR A 192.0.2.1",
        "client A a.test. NOERROR A 192.0.2.1",
      ])
    #expect(Set(bench.given.ids).count == 1)
    #expect(bench.given.contexts.map(\.socketCookie) == [7, 7, 7, 7])
    #expect(bench.given.contexts.allSatisfy { $0.service == .varlink && $0.flow == .unix })
    #expect(bench.given.contexts[3].length == Self.reply(1).count)
    #expect(bench.table.cost == 0)
    #expect(bench.ledger.packetDifference == 0)
  }

  @Test func `without a receipt the server has received the call when it replies`() {
    var bench = Bench()
    bench.push(.call, Self.call("a.test"))
    bench.push(.reply, Self.reply(1))
    #expect(
      bench.given.texts == [
        "client A a.test.", "server A a.test.", "server A a.test. NOERROR A 192.0.2.1",
        "client A a.test. NOERROR A 192.0.2.1",
      ])
  }

  @Test func `messages may arrive in any parts, and several in one packet`() {
    let calls = Self.call("a.test") + Self.call("b.test")
    let replies = Self.reply(1) + Self.reply(2)
    for size in [1, 2, 7, 64, 100, 1000] {
      var bench = Bench()
      for start in stride(from: 0, to: calls.count, by: size) {
        bench.push(.call, Array(calls[start..<min(start + size, calls.count)]))
      }
      for start in stride(from: 0, to: replies.count, by: size) {
        bench.push(.reply, Array(replies[start..<min(start + size, replies.count)]))
      }
      #expect(
        bench.given.texts.filter { $0.hasPrefix("client") } == [
          "client A a.test.", "client A b.test.", "client A a.test. NOERROR A 192.0.2.1",
          "client A b.test. NOERROR A 192.0.2.2",
        ])
      #expect(bench.ledger.packetDifference == 0 && bench.ledger.unassembled == 0)
      #expect(bench.table.cost == 0)
    }
  }

  @Test func `a call that is not a lookup has its reply in order`() {
    var bench = Bench()
    #expect(bench.push(.call, #"{"method":"org.varlink.service.GetInfo"}"#.varlink) == .foreign)
    bench.push(.call, #"{"method":"x.Y","oneway":true}"#.varlink)
    bench.push(.call, Self.call("a.test"))
    #expect(bench.push(.reply, #"{"parameters":{},"continues":true}"#.varlink) == .foreign)
    #expect(bench.push(.reply, #"{"parameters":{"vendor":"x"}}"#.varlink) == .foreign)
    bench.push(.reply, Self.reply(9))
    #expect(bench.given.texts.last == "client A a.test. NOERROR A 192.0.2.9")
    #expect(bench.ledger.packetDifference == 0)
  }

  @Test func `connections are distinguished`() {
    var bench = Bench()
    bench.push(.call, Self.call("a.test"), connection: 1)
    bench.push(.call, Self.call("b.test"), connection: 2)
    bench.push(.reply, Self.reply(2), connection: 2)
    bench.push(.reply, Self.reply(1), connection: 1)
    #expect(
      bench.given.texts.filter { $0.hasPrefix("client") } == [
        "client A a.test.", "client A b.test.", "client A b.test. NOERROR A 192.0.2.2",
        "client A a.test. NOERROR A 192.0.2.1",
      ])
    #expect(Set(bench.given.ids).count == 2)
  }

  @Test func `after missing octets the rest of the connection is not decoded`() {
    var bench = Bench()
    bench.push(.call, Self.call("a.test"))
    #expect(bench.push(.reply, Array(Self.reply(1).prefix(10)), missing: 5) == .unassembled)
    #expect(bench.push(.reply, Self.reply(1)) == .unassembled)
    #expect(bench.given.texts == ["client A a.test."])
    #expect(bench.table.cost == 0 && bench.ledger.packetDifference == 0)
  }

  @Test func `octets that are not a call, and more replies than calls, are malformed`() {
    var bench = Bench()
    #expect(bench.push(.call, "GET / HTTP/1.1".varlink) == .malformed)
    bench.push(.call, Self.call("a.test"))
    #expect(bench.push(.reply, Self.reply(1) + Self.reply(2)) == .malformed)
    #expect(bench.table.cost == 0 && bench.ledger.packetDifference == 0)
  }

  @Test func `the memory is bounded, and dropped calls are counted`() {
    var bench = Bench()
    let part = [UInt8](repeating: 0x20, count: 1000)
    for connection in 1...5000 { bench.push(.call, part, connection: UInt64(connection)) }
    #expect(bench.table.cost <= 1 << 20)
    for _ in 1...100 { bench.push(.call, part, connection: 9999) }
    #expect(bench.ledger.unassembled > 4000)
    bench.table.finish(ledger: &bench.ledger)
    #expect(bench.ledger.unassembled == 5100)
    #expect(bench.table.cost == 0 && bench.ledger.packetDifference == 0)
  }

  @Test func `an idle connection is removed after a time`() {
    var bench = Bench()
    bench.push(.call, Array(Self.call("a.test").dropLast()))
    bench.table.advance(to: Timestamp(nanoseconds: 140_000_000_000), ledger: &bench.ledger)
    #expect(bench.table.cost > 0)
    bench.table.advance(to: Timestamp(nanoseconds: 160_000_000_000), ledger: &bench.ledger)
    #expect(bench.table.cost == 0 && bench.ledger.unassembled == 1)
  }
}
