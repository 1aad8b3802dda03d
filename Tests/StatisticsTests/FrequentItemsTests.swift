import Statistics
import Testing

struct FrequentItemsTests {
  /// A stream in which a key is the more frequent the smaller it is.
  private static func stream(_ count: Int, keys: Int, seed: UInt64) -> [Int] {
    var generator = Generator(seed: seed)
    return (0..<count).map { _ in
      let share = Double.random(in: 0..<1, using: &generator)
      return Int(Double(keys) * share * share * share * share)
    }
  }

  private static func count(_ stream: [Int], capacity: Int) -> FrequentItems<Int, Int> {
    var items = FrequentItems<Int, Int>(capacity: capacity)
    for key in stream { items.add(key, make: { 0 }, change: { $0 += 1 }) }
    return items
  }

  private static func exact(_ stream: [Int]) -> [Int: UInt64] {
    stream.reduce(into: [:]) { $0[$1, default: 0] += 1 }
  }

  @Test func `while there is room every count is exact`() {
    let stream = Self.stream(10_000, keys: 100, seed: 1)
    let items = Self.count(stream, capacity: 100)
    #expect(items.replacements == 0)
    for (key, count) in Self.exact(stream) {
      #expect(items[key]?.count == count && items[key]?.error == 0 && items[key]?.value == Int(count))
    }
  }

  @Test(arguments: [(1, 50), (8, 100), (64, 1000), (100, 20_000)])
  func `the true count is between count - error and count, and no frequent key is missing`(
    capacity: Int, keys: Int
  ) {
    for seed in 1...5 as ClosedRange<UInt64> {
      let stream = Self.stream(20_000, keys: keys, seed: seed)
      let items = Self.count(stream, capacity: capacity)
      let exact = Self.exact(stream)
      let bound = UInt64(stream.count / capacity)
      #expect(items.items.count == min(capacity, exact.count))
      #expect(items.items.reduce(0) { $0 + $1.count } == UInt64(stream.count))
      for item in items.items {
        let count = exact[item.key] ?? 0
        #expect(item.count - item.error <= count && count <= item.count)
        #expect(item.error <= bound)
        // The value is of the time since the key took its place.
        #expect(UInt64(item.value) == item.count - item.error)
      }
      for (key, count) in exact where count > bound { #expect(items[key] != nil, "\(key)") }
    }
  }

  @Test func `100,000 keys leave no more than its capacity`() {
    var items = FrequentItems<Int, Int>(capacity: 1024)
    for key in 0..<100_000 { items.add(key, make: { 0 }, change: { $0 += 1 }) }
    #expect(items.items.count == 1024 && items.replacements == 100_000 - 1024)
  }
}
