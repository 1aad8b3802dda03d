@testable import Correlation
import DNSWire
import Testing
import TraceModel

/// The exchanges of one lookup.
struct LookupTests {
  let query = Packet().changed { $0.name = "www.example.com" }

  /// The query of the same thread for another type, with its own id.
  private func other(_ packet: Packet, _ type: RecordType, at time: Int64 = 0) -> Packet {
    packet.changed {
      $0.type = type
      $0.id += 1
      $0.time = time
    }
  }

  /// The same thread's query for another name on another socket.
  private func next(_ name: String, at time: Int64, id: UInt16 = 100) -> Packet {
    query.changed {
      $0.name = name
      $0.id = id
      $0.client.port += id
      $0.cookie += UInt64(id)
      $0.time = time
    }
  }

  private func found(_ query: Packet, after milliseconds: Int64 = 10) -> Packet {
    query.answer(after: milliseconds).changed { $0.records = [query.name ?? "."] }
  }

  private func names(_ lookup: Lookup) -> [String?] { lookup.exchanges.map(\.name) }

  @Test func `A and AAAA of one name are one lookup, from the first query to the last answer`() throws {
    var bench = Bench(.lookups)
    let second = other(query, .aaaa)
    try bench.push(query, second, found(query, after: 5), found(second, after: 30))
    bench.advance(to: 100)
    #expect(bench.lookups.isEmpty, "another query could follow")
    bench.advance(to: 131)
    let lookup = try bench.lookup(0)
    #expect(bench.lookups.count == 1)
    #expect(lookup.exchanges.map(\.type) == [.a, .aaaa])
    #expect(lookup.deciding == 0)
    #expect(lookup.duration == 30_000_000)
    #expect(lookup.messageCount == 4)
    #expect(bench.ledger.published == bench.ledger.messages)
  }

  @Test func `a type that has no records does not decide the lookup`() throws {
    var bench = Bench(.lookups)
    let six = query.changed { $0.type = .aaaa }
    let four = other(query, .a, at: 11)
    try bench.push(six, six.answer(), four, found(four))
    bench.finish()
    #expect(bench.lookups.count == 1)
    #expect(try bench.lookup(0).deciding == 1)
  }

  @Test func `attempts with search domains are one lookup, which the last one decides`() throws {
    var bench = Bench(.lookups)
    let tries = [
      next("db.eu.corp.example", at: 0, id: 1), next("db.corp.example", at: 12, id: 2),
      next("db", at: 24, id: 3),
    ]
    for packet in tries { try bench.push(packet, packet.answer(after: 10, code: .nameError)) }
    bench.finish()
    #expect(bench.lookups.count == 1)
    #expect(names(try bench.lookup(0)) == ["db.eu.corp.example", "db.corp.example", "db"])
    #expect(try bench.lookup(0).deciding == 2)
  }

  @Test
  func `search domains without a common end are known from the host's list, or by the bare name`()
    throws
  {
    let tries = [next("db.one.test", at: 0, id: 1), next("db.two.test", at: 12, id: 2)]
    var blind = Bench(.lookups)
    var knowing = Bench(.lookups, searchDomains: ["one.test", "two.test"])
    for packet in tries {
      try blind.push(packet, packet.answer(after: 10, code: .nameError))
      try knowing.push(packet, packet.answer(after: 10, code: .nameError))
    }
    let bare = next("db", at: 24, id: 3)
    var late = Bench(.lookups)
    for packet in tries { try late.push(packet, packet.answer(after: 10, code: .nameError)) }
    try late.push(bare, found(bare))
    blind.finish()
    knowing.finish()
    late.finish()
    #expect(blind.lookups.count == 2)
    #expect(knowing.lookups.count == 1)
    #expect(late.lookups.count == 1)
    #expect(names(try late.lookup(0)) == ["db.one.test", "db.two.test", "db"])
  }

  /// The difference between a query and the previous one.
  enum Difference: CaseIterable {
    case name, process, thread, time

    func apply(to packet: inout Packet) {
      switch self {
      case .name: packet.name = "www.example.org"
      case .process: packet.pid = 43
      case .thread: packet.tid = 44
      case .time: packet.time += 200
      }
    }
  }

  @Test(arguments: Difference.allCases)
  func `after a failure, a query that differs in more than the search domain is a separate lookup`(
    difference: Difference
  ) throws {
    var bench = Bench(.lookups)
    let first = next("www.example.com", at: 0, id: 1)
    let second = next("www.example.com.corp.test", at: 12, id: 2).changed(difference.apply)
    try bench.push(first, first.answer(after: 10, code: .nameError), second, found(second))
    bench.finish()
    #expect(bench.lookups.count == 2)
  }

  @Test func `after a success, the next name is another lookup`() throws {
    var bench = Bench(.lookups)
    let first = next("www.example.com", at: 0, id: 1)
    let second = next("www.example.com.corp.test", at: 12, id: 2)
    try bench.push(first, found(first), second, found(second))
    bench.finish()
    #expect(bench.lookups.count == 2)
  }

  @Test
  func `the same question again is another lookup after a success, and the same lookup after a failure`()
    throws
  {
    var bench = Bench(.lookups)
    let tries = (0..<3).map { next("www.example.com", at: Int64($0) * 12, id: UInt16($0)) }
    try bench.push(tries[0], tries[0].answer(code: .serverFailure))
    try bench.push(tries[1], found(tries[1]))
    try bench.push(tries[2], found(tries[2]))
    bench.finish()
    #expect(bench.lookups.map(\.exchanges.count) == [2, 1])
    #expect(try bench.lookup(0).deciding == 1)
  }

  @Test func `a question to a second server while the first does not answer is the same lookup`() throws {
    var bench = Bench(.lookups, timeout: 100)
    let first = next("www.example.com", at: 0, id: 1)
    let second = next("www.example.com", at: 50, id: 2).changed { $0.server.port = 5353 }
    try bench.push(first, second, found(second))
    bench.advance(to: 300)
    #expect(bench.lookups.map(\.exchanges.count) == [2])
    #expect(try bench.lookup(0).duration == 60_000_000)
  }

  @Test func `a lookup with a query that is still open waits for it`() throws {
    var bench = Bench(.lookups, timeout: 1000)
    let second = other(query, .aaaa)
    try bench.push(query, second, found(query))
    bench.advance(to: 900)
    #expect(bench.lookups.isEmpty)
    bench.advance(to: 1200)
    #expect(bench.lookups.map(\.exchanges.count) == [2])
    #expect(try bench.lookup(0).exchanges.map(\.outcome) == [.answered, .unanswered])
    #expect(bench.ledger.published == bench.ledger.messages)
  }

  @Test func `lookups beyond the bound are published early, and none is lost`() throws {
    var bench = Bench(.lookups, limit: 10_000)
    for number in 0..<3000 {
      let packet = next("n\(number).example.com", at: 0, id: UInt16(number)).changed {
        $0.pid = Int32(number + 1)
      }
      try bench.push(packet, found(packet, after: 0))
    }
    #expect(bench.lookups.count == 3000 - 2048)
    bench.finish()
    #expect(bench.lookups.count == 3000)
    #expect(bench.ledger.published == bench.ledger.messages)
  }

  @Test func `a filter matches a lookup by any of its exchanges, and by its total time`() throws {
    var bench = Bench(.lookups)
    let second = other(query, .aaaa)
    try bench.push(query, second, found(query, after: 5), found(second, after: 30))
    bench.finish()
    let lookup = try bench.lookup(0)
    let stored = lookup.exchanges[lookup.deciding]
    func matches(_ change: (inout Filter) -> Void) -> Bool {
      var filter = Filter()
      change(&filter)
      return filter.matches(Exchange(stored.view, of: lookup))
    }
    #expect(matches { $0.types = [.aaaa] })
    #expect(!matches { $0.types = [.mx] })
    #expect(matches { $0.slow = 20_000_000 })
    #expect(!matches { $0.slow = 40_000_000 })
    #expect(!matches { $0.failed = true })
  }
}
