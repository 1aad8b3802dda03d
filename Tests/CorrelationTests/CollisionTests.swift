import Bytes
import DNSWire
import PacketDecoding
import Testing
import TraceModel

@testable import Correlation

/// Different keys with the same hash: pairing and attribution are the same as with different hashes.
///
/// With no bits all keys of a table have one hash, with few bits many have.
struct CollisionTests {
  static let widths: [UInt64] = [0, 1, 3, 6]

  /// Clients on this host ask servers on others: few sockets, ids and names, so that many queries differ in one of them.
  private static func traffic(_ dice: inout Dice) -> [Packet] {
    var packets: [Packet] = []
    for number in 0..<250 {
      let socket = dice.roll(6)
      let query = Packet().changed {
        $0.id = UInt16(dice.roll(3))
        $0.name = ["a.test", "A.test", "b.test", "www.a.test", "a.test.b.test"][dice.roll(5)]
        $0.type = dice.roll(2) == 0 ? .a : .aaaa
        $0.client.port = UInt16(40000 + socket)
        $0.server = Endpoint("198.51.100.\(53 + dice.roll(2))", 53)
        $0.cookie = UInt64(100 + socket)
        $0.namespace = UInt32(1 + socket % 2)
        $0.pid = Int32(1000 + socket)
        $0.transport = socket < 3 ? .udp : .tcp
        $0.time = Int64(number * 5)
      }
      packets.append(query)
      if dice.roll(8) > 0 { packets.append(query.answer(after: Int64(dice.roll(40)))) }
    }
    // Stable, so that an answer follows its query.
    return packets.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
      .map(\.element)
  }

  @Test(arguments: widths, 1...3)
  func `an answer is paired only with a query of its socket, id and question`(bits: UInt64, seed: UInt64)
    throws
  {
    var dice = Dice(state: seed)
    let packets = Self.traffic(&dice)
    let expected = try Self.exchanges(packets, bits: 64)
    let exchanges = try Self.exchanges(packets, bits: bits)
    var pairs = 0
    for exchange in exchanges {
      guard let message = exchange.message?.context else { continue }
      #expect(exchange.attribution.pid == Int32(900 + message.socketCookie), "\(exchange)")
      guard let query = exchange.query, let answer = exchange.answer else { continue }
      pairs += 1
      #expect(query.context.socketCookie == answer.context.socketCookie)
      #expect(query.context.networkNamespace == answer.context.networkNamespace)
      #expect(query.context.flow == answer.context.flow.reversed)
      #expect(query.view.header.id == answer.view.header.id)
      #expect(
        query.view.question?.qname.presentation().lowercased()
          == answer.view.question?.qname.presentation().lowercased())
      #expect(query.view.question?.qtype == answer.view.question?.qtype)
    }
    #expect(pairs > 50)
    // After a collision a query sent again may be taken for another one.
    #expect(pairs >= expected.count { $0.query != nil && $0.answer != nil })
  }

  private static func exchanges(_ packets: [Packet], bits: UInt64) throws -> [StoredExchange] {
    try KeyedHash.$digestBits.withValue(bits) {
      var bench = Bench()
      try bench.push(packets)
      bench.finish()
      #expect(bench.ledger.messageDifference == 0)
      return bench.events
    }
  }

  // MARK: Local servers

  private let local = Packet().changed {
    $0.client = Endpoint("127.0.0.1", 40000)
    $0.server = Endpoint("127.0.0.53", 53)
  }

  @Test(arguments: widths)
  func `a loopback query in another namespace is not the local client's`(bits: UInt64) throws {
    try KeyedHash.$digestBits.withValue(bits) {
      var bench = Bench()
      try bench.push(local, local.copy(namespace: 2), local.copy(namespace: 2).answer(), local.answer())
      #expect(bench.exchanges.map(\.role) == [.server, .client])
      #expect(bench.exchanges.map { $0.answeredBy?.pid } == [nil, nil])
      #expect(bench.ledger.deduplicated == 0)
    }
  }

  @Test(arguments: widths)
  func `the answer of a TCP server in another namespace is not paired with the query`(bits: UInt64) throws {
    let stream = local.changed { $0.transport = .tcp }
    try KeyedHash.$digestBits.withValue(bits) {
      var bench = Bench()
      // The listener of one namespace, the connection of another.
      try bench.push(stream.copy(cookie: 2000), stream.copy(cookie: 2001, namespace: 2).answer())
      bench.finish()
      #expect(bench.outcomes == [.unsolicited, .pending])
    }
  }

  @Test(arguments: widths)
  func `a multicast socket's own answer is not paired with its own query`(bits: UInt64) throws {
    let own = Packet().changed {
      $0.id = 0
      $0.name = "printer.local"
      $0.client = Endpoint("192.0.2.10", 5353)
      $0.server = Endpoint("224.0.0.251", 5353)
    }
    // To another host that sent the same question.
    let response = own.answer().changed {
      $0.side = .server
      $0.client = Endpoint("192.0.2.20", 5353)
      $0.server = Endpoint("192.0.2.10", 5353)
    }
    try KeyedHash.$digestBits.withValue(bits) {
      var bench = Bench()
      try bench.push(own, response)
      #expect(bench.outcomes == [.unsolicited])
    }
  }

  // MARK: Resolvers

  @Test(arguments: widths)
  func `a resolver's query is related to its own clients only`(bits: UInt64) throws {
    func asked(_ number: Int32, _ name: String) -> Packet {
      local.changed {
        $0.name = name
        $0.client.port = UInt16(40000 + number)
        $0.server.port = UInt16(5300 + number)
        $0.cookie = UInt64(1000 + number)
        $0.pid = 40 + number
      }
    }
    func received(_ packet: Packet, _ number: Int32) -> Packet {
      packet.copy(cookie: UInt64(2000 + number), pid: 50 + number)
    }
    let names = ["a.test", "a.test", "b.test"]
    try KeyedHash.$digestBits.withValue(bits) {
      var bench = Bench()
      for (number, name) in zip(Int32(0)..., names) {
        let query = asked(number, name)
        try bench.push(query, received(query, number))
      }
      for (number, name) in zip(Int32(0)..., names) {
        let upstream = Packet().changed {
          $0.id = UInt16(900 + number)
          $0.name = name
          $0.client.port = UInt16(50000 + number)
          $0.cookie = UInt64(5000 + number)
          $0.pid = 50 + number
          $0.time = 1
        }
        try bench.push(upstream, upstream.answer(after: 1))
      }
      let clients = bench.exchanges.map { $0.chain?.onBehalfOf.map { $0.client?.port } ?? [] }
      #expect(clients == [[40000], [40001], [40002]])
      let processes = bench.exchanges.map { $0.chain?.onBehalfOf.map { $0.process?.task.identity.pid } ?? [] }
      // If the server's copy is not recognised the client's process is unknown; no other one is named.
      for (number, found) in zip(Int32(0)..., processes) { #expect(found == [40 + number] || found == [nil]) }
    }
  }

  // MARK: The table

  @Test(arguments: widths, 1...3)
  func `a table of keys has the same contents as a dictionary`(bits: UInt64, seed: UInt64) {
    var dice = Dice(state: seed)
    var table = KeyTable()
    var model: [UInt64: Int] = [:]
    for slot in 0..<2000 {
      // Distinct keys with the same low bits, which choose the place.
      let value = UInt64(dice.roll(100)) << 40 | UInt64(dice.roll(1 << Int(bits)))
      let key = MatchKey(value: value)
      if dice.roll(5) < (slot < 1000 ? 3 : 1) {
        #expect(table.set(key, to: slot) == model.updateValue(slot, forKey: value))
      } else {
        let held = dice.roll(4) == 0 ? 30_000 : model[value] ?? 0
        table.remove(key, of: held)
        if model[value] == held { model[value] = nil }
      }
      guard table[key] == model[value], table.count == model.count else {
        Issue.record(
          "after \(slot): \(table[key] ?? -1) of \(table.count), not \(model[value] ?? -1) of \(model.count)")
        return
      }
    }
    for (value, slot) in model { #expect(table[MatchKey(value: value)] == slot) }
  }
}

/// SplitMix64, the same on every machine.
private struct Dice {
  var state: UInt64

  /// From 0 to `bound` - 1.
  mutating func roll(_ bound: Int) -> Int {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return Int(truncatingIfNeeded: (z ^ (z >> 31)) >> 33) % bound
  }
}
