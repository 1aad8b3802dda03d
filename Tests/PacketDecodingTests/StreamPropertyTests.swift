import TraceModel
import PacketDecoding
import Testing

/// The network may reorder, duplicate or split segments: the same messages are delivered, once and in order.
struct StreamPropertyTests {

  static func messages(_ generator: inout SeededGenerator) -> [[UInt8]] {
    (0..<Int.random(in: 1...20, using: &generator)).map { id in
      let padding = [0, 0, 5, 80, 700, 3000].randomElement(using: &generator) ?? 0
      return Build.query(id: id, labels: ["n\(id)", "example"], padding: padding)
    }
  }

  static func pieces(
    of count: Int, most sizes: [Int] = [1, 3, 40, 600, 2000], _ generator: inout SeededGenerator
  ) -> [Range<Int>] {
    let most = sizes.randomElement(using: &generator) ?? 1
    var pieces: [Range<Int>] = []
    var at = 0
    while at < count {
      let end = min(count, at + Int.random(in: 1...most, using: &generator))
      pieces.append(at..<end)
      at = end
    }
    return pieces
  }

  /// Moves every piece by less than `window` places.
  static func shuffled(_ pieces: [Range<Int>], window: Int, _ generator: inout SeededGenerator) -> [Range<
    Int
  >] {
    pieces.enumerated()
      .map {
        (
          place: Double($0.offset) + Double.random(in: 0..<Double(window), using: &generator),
          piece: $0.element
        )
      }
      .sorted { $0.place < $1.place }.map(\.piece)
  }

  @Test(arguments: UInt64(0)..<40)
  func `split, shuffled, duplicated and overlapped at random`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let messages = Self.messages(&generator)
    let stream = messages.flatMap(Build.framed)
    let initial = seed % 3 == 0 ? UInt32.max - 50 : UInt32.random(in: 0 ... .max, using: &generator)
    var pieces = Self.shuffled(Self.pieces(of: stream.count, &generator), window: 8, &generator)
    for _ in 0..<pieces.count / 3 {
      let at = Int.random(in: 0..<pieces.count, using: &generator)
      let piece = pieces[at]
      let again =
        max(
          0, piece.lowerBound - Int.random(in: 0...30, using: &generator))..<min(
          stream.count, piece.upperBound + Int.random(in: 0...30, using: &generator))
      pieces.insert(again, at: min(pieces.count, at + Int.random(in: 1...4, using: &generator)))
    }
    var bench = Bench()
    bench.push(.synchronize(initial))
    for piece in pieces {
      bench.push(.segment(Array(stream[piece]), at: initial &+ 1 &+ UInt32(piece.lowerBound)))
    }
    #expect(bench.messages == messages)
    #expect(bench.ledger.unassembled + bench.ledger.malformedPackets + bench.ledger.foreignPackets == 0)
    bench.push(.segment([], at: initial &+ 1 &+ UInt32(stream.count), flags: 0x11))
    #expect(bench.dissector.heldOctets == 0)
    bench.finish()
    #expect(bench.ledger.unassembled == 0)
  }

  @Test(arguments: UInt64(0)..<40)
  func `with missing pieces, every delivered message was sent`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed &+ 1000)
    let messages = Self.messages(&generator)
    let stream = messages.flatMap(Build.framed)
    var pieces = Self.shuffled(Self.pieces(of: stream.count, &generator), window: 4, &generator)
    pieces.removeAll { _ in Int.random(in: 0..<10, using: &generator) == 0 }
    var limits = Limits()
    limits.maxHeldSegments = Int.random(in: 1...8, using: &generator)
    var bench = Bench(limits: limits)
    bench.push(.synchronize(5))
    for piece in pieces { bench.push(.segment(Array(stream[piece]), at: 6 + UInt32(piece.lowerBound))) }
    bench.finish()
    var rest = messages[...]
    for message in bench.messages {
      guard let index = rest.firstIndex(of: message) else {
        Issue.record("a message that was not sent, or not in this order: \(message)")
        return
      }
      rest = rest[(index + 1)...]
    }
  }

  @Test(arguments: UInt64(0)..<8)
  func `many interleaved streams and fragments do not affect each other`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed &+ 2000)
    var queues: [[Capture]] = []
    var datagrams = 0
    var expected: [UInt16: [[UInt8]]] = [:]
    for port in UInt16(40000)..<40010 {
      let messages = Self.messages(&generator)
      expected[port] = messages
      let stream = messages.flatMap(Build.framed)
      var queue: [Capture] = [.synchronize(77, from: Int(port))]
      for piece in Self.pieces(of: stream.count, most: [100, 600, 2000], &generator) {
        let tcp = Build.tcp(Array(stream[piece]), from: Int(port), sequence: 78 + UInt32(piece.lowerBound))
        // Some of the segments come in fragments.
        if tcp.count > 32, Bool.random(using: &generator) {
          datagrams += 1
          let id = datagrams & 0xffff
          let first = Capture(Build.ipv4(Array(tcp.prefix(24)), next: 6, id: id, more: true))
          let second = Capture(Build.ipv4(Array(tcp.dropFirst(24)), next: 6, id: id, offset: 24))
          queue += [second, first]
        } else {
          queue.append(Capture(Build.ipv4(tcp, next: 6)))
        }
      }
      queues.append(queue)
    }
    var bench = Bench()
    while let index = queues.indices.filter({ !queues[$0].isEmpty }).randomElement(using: &generator) {
      bench.push(queues[index].removeFirst())
    }
    let found = Dictionary(grouping: bench.payloads) { $0.flow.source.port }.mapValues { $0.map(\.message) }
    #expect(found == expected)
    bench.finish()
    #expect(bench.ledger.unassembled == 0)
  }

  /// The table hashes addresses, ports and socket: streams that differ only in namespace and direction have one hash.
  @Test(arguments: UInt64(0)..<10)
  func `streams with the same hash are never mixed`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var cut: [[Capture]] = []
    for stream in 0..<40 {
      let messages = (0..<5).map { Build.query(id: stream * 8 + $0, labels: ["n\(stream)-\($0)", "test"]) }
      let octets = messages.flatMap(Build.framed)
      let pieces = Self.pieces(of: octets.count, most: [3, 40], &generator)
      cut.append(
        pieces.map { piece in
          var capture = Capture.segment(
            Array(octets[piece]), at: UInt32(1 + piece.lowerBound), pid: Int32(100 + stream))
          capture.header.networkNamespace = UInt32(stream / 2)
          capture.header.direction = stream % 2 == 0 ? .egress : .ingress
          return capture
        })
    }
    var bench = Bench()
    while let stream = cut.indices.filter({ !cut[$0].isEmpty }).randomElement(using: &generator) {
      bench.push(cut[stream].removeFirst())
    }
    #expect(bench.payloads.count == 200)
    for payload in bench.payloads {
      let stream = (Int(payload.message[0]) << 8 | Int(payload.message[1])) / 8
      #expect(payload.networkNamespace == UInt32(stream / 2))
      #expect(payload.direction == (stream % 2 == 0 ? .egress : .ingress))
      #expect(payload.attribution.owner?.identity.pid == Int32(100 + stream))
    }
  }
}
