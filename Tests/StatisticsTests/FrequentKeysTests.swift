import Statistics
import Testing

struct FrequentKeysTests {
  /// A stream in which a key is the more frequent the smaller it is.
  private static func stream(_ count: Int, keys: Int, seed: UInt64) -> [UInt64] {
    var generator = Generator(seed: seed)
    return (0..<count).map { _ in
      let share = Double.random(in: 0..<1, using: &generator)
      return UInt64(Double(keys) * share * share * share * share)
    }
  }

  /// The keys, and for each slot how often its key was counted since it took it.
  private static func count(_ stream: [UInt64], capacity: Int) -> (keys: FrequentKeys, values: [UInt64]) {
    var keys = FrequentKeys(capacity: capacity)
    var values: [UInt64] = []
    for key in stream {
      switch keys.add(key) {
      case .known(let index): values[index] += 1
      case .added(let index):
        #expect(index == values.count)
        values.append(1)
      case .replaced(let index): values[index] = 1
      }
    }
    return (keys, values)
  }

  private static func exact(_ stream: [UInt64]) -> [UInt64: UInt64] {
    stream.reduce(into: [:]) { $0[$1, default: 0] += 1 }
  }

  @Test func `while there is room every count is exact`() throws {
    let stream = Self.stream(10_000, keys: 100, seed: 1)
    let (keys, values) = Self.count(stream, capacity: 100)
    #expect(keys.replacements == 0)
    for (key, count) in Self.exact(stream) {
      let index = try #require(keys.index(of: key))
      #expect(keys.slots[index].count == count && keys.slots[index].error == 0 && values[index] == count)
    }
  }

  @Test(arguments: [(1, 50), (8, 100), (64, 1000), (100, 20_000)])
  func `the true count is between count - error and count, and no frequent key is missing`(
    capacity: Int, keys: Int
  ) {
    for seed in 1...5 as ClosedRange<UInt64> {
      let stream = Self.stream(20_000, keys: keys, seed: seed)
      let (found, values) = Self.count(stream, capacity: capacity)
      let exact = Self.exact(stream)
      let bound = UInt64(stream.count / capacity)
      #expect(found.slots.count == min(capacity, exact.count))
      #expect(found.slots.reduce(0) { $0 + $1.count } == UInt64(stream.count))
      for (slot, value) in zip(found.slots, values) {
        let count = exact[slot.key] ?? 0
        #expect(slot.count - slot.error <= count && count <= slot.count)
        #expect(slot.error <= bound)
        #expect(value == slot.count - slot.error)
      }
      for (key, count) in exact where count > bound { #expect(found.index(of: key) != nil, "\(key)") }
    }
  }

  @Test func `100,000 keys leave no more than its capacity`() {
    var keys = FrequentKeys(capacity: 1024)
    for key in 0..<100_000 { _ = keys.add(UInt64(key)) }
    #expect(keys.slots.count == 1024 && keys.replacements == 100_000 - 1024)
  }
}
