import Statistics
import Testing

struct LatencyHistogramTests {
  /// Durations of all sizes from 1 µs to 100 s, the same in every run.
  private static func durations(_ count: Int, seed: UInt64) -> [Int64] {
    var generator = Generator(seed: seed)
    return (0..<count).map { _ in
      let power = Int64.random(in: 10...36, using: &generator)
      return Int64.random(in: (1 << power)..<(1 << (power + 1)), using: &generator)
    }
  }

  @Test(arguments: [1, 2, 10, 1000, 20_000])
  func `every quantile is within the stated error of the exact one`(count: Int) throws {
    for seed in 1...5 as ClosedRange<UInt64> {
      let durations = Self.durations(count, seed: seed)
      var histogram = LatencyHistogram()
      for duration in durations { histogram.add(duration) }
      let sorted = durations.sorted()
      for share in [0, 0.01, 0.5, 0.9, 0.95, 0.99, 0.999, 1] {
        let rank = max(1, min(count, Int((share * Double(count)).rounded(.up))))
        let exact = Double(sorted[rank - 1])
        let given = Double(try #require(histogram.quantile(share)))
        #expect(abs(given - exact) <= exact * LatencyHistogram.relativeError + 1, "\(share) of \(count)")
      }
      #expect(histogram.minimum == sorted.first && histogram.maximum == sorted.last)
    }
  }

  @Test func `two histograms merged are the histogram of both streams`() {
    let all = Self.durations(4000, seed: 9)
    var (whole, first, second) = (LatencyHistogram(), LatencyHistogram(), LatencyHistogram())
    for (index, duration) in all.enumerated() {
      whole.add(duration)
      if index % 3 == 0 { first.add(duration) } else { second.add(duration) }
    }
    first.merge(second)
    first.merge(LatencyHistogram())
    #expect(first.count == whole.count)
    for percent in 0...100 {
      #expect(first.quantile(Double(percent) / 100) == whole.quantile(Double(percent) / 100))
    }
    var none = LatencyHistogram()
    none.merge(whole)
    #expect(none.quantile(0.5) == whole.quantile(0.5) && none.minimum == whole.minimum)
  }

  @Test(arguments: [.min, -1, 0, 1, 1023, 1024, 1 << 37, .max] as [Int64])
  func `any duration has a bucket, and alone it is the median`(duration: Int64) {
    var histogram = LatencyHistogram()
    histogram.add(duration)
    #expect(histogram.quantile(0.5) == max(0, duration))
  }

  @Test func `it takes no more than 3,472 octets, whatever it counts`() {
    var histogram = LatencyHistogram()
    for duration in Self.durations(50_000, seed: 3) + [0, .max] { histogram.add(duration) }
    #expect(histogram.storage <= 8 * 432 * 2, "the array may have room for twice its elements")
    histogram.removeAll()
    #expect(histogram.isEmpty && histogram.quantile(0.5) == nil)
  }
}

/// Numbers that look random and are the same in every run (SplitMix64).
struct Generator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
    return value ^ value >> 31
  }
}
