import DNSWire
import Testing

/// These tests must pass for every input, so they try many: nothing may trap, and every octet sequence that is accepted as a
/// message can be read to its end.
@Suite("Any octets give a message or an error")
struct HostileInputTests {
  /// Messages that together use every layout.
  static let seeds: [[UInt8]] =
    [MessageTests.answer]
    + RecordDataSamples.all.map { row in
      let question: [UInt8] = [3] + "www".utf8 + [7] + "example".utf8 + [0, 0, 1, 0, 1]
      let header: [UInt8] = .header(questions: 1, answers: 1)
      let record: [UInt8] = .record(row.type, row.data)
      return header + question + [0xC0, 12] + record.dropFirst()
    }

  private func decode(_ octets: [UInt8], _ extent: MessageExtent = .whole) {
    if let message = try? StoredMessage(octets, extent: extent) { message.walk() }
  }

  @Test("when they are truncated anywhere", arguments: seeds)
  func truncations(seed: [UInt8]) {
    for length in 0...seed.count {
      decode(Array(seed.prefix(length)))
      decode(Array(seed.prefix(length)), .start)
      decode(Array(seed.prefix(length)), .questions)
    }
  }

  @Test("when one octet has any other value", arguments: seeds)
  func mutations(seed: [UInt8]) {
    var octets = seed
    // Every value for the octets that control parsing: counts, lengths, label types, pointers.
    let values: [UInt8] = [0, 1, 2, 3, 4, 8, 16, 32, 63, 64, 127, 128, 191, 192, 193, 255]
    // The octets before the record are the same in all seeds but the first.
    for index in octets.indices where index >= 29 || seed == Self.seeds[0] {
      let original = octets[index]
      for value in values + [original &+ 1, original &- 1, original ^ 0x80] {
        octets[index] = value
        decode(octets)
      }
      octets[index] = original
    }
  }

  @Test("when two octets have any other values")
  func pairs() {
    var generator = Xorshift(state: 0x9E37_79B9_7F4A_7C15)
    for seed in Self.seeds {
      for _ in 0..<200 {
        var octets = seed
        for _ in 0..<2 {
          octets[Int.random(in: octets.indices, using: &generator)] = .random(in: 0...255, using: &generator)
        }
        decode(octets)
      }
    }
  }

  @Test("when they are random")
  func random() {
    var generator = Xorshift(state: 42)
    for _ in 0..<20_000 {
      var octets: [UInt8] = .header(questions: 1, answers: 2, additional: 1)
      let count = Int.random(in: 0...60, using: &generator)
      octets += (0..<count).map { _ in
        Bool.random(using: &generator)
          ? .random(in: 0...255, using: &generator) : .random(in: 0...4, using: &generator)
      }
      decode(octets, .start)
    }
  }
}

/// Random numbers that are the same in every run.
private struct Xorshift: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}
