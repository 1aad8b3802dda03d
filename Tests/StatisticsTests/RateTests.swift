import Statistics
import Testing

struct RateTests {
  @Test func `the sums of a window are those of the events in its seconds`() {
    for seed in 1...20 as ClosedRange<UInt64> {
      var generator = Generator(seed: seed)
      var window = RateWindow(seconds: 60)
      var events: [Int64] = []
      var second: Int64 = seed % 2 == 0 ? -100 : 1_700_000_000
      for _ in 0..<2000 {
        // Mostly onwards, at times far, at times a little back.
        second += [0, 0, 0, 1, -2, 3, 100].randomElement(using: &generator) ?? 0
        window.add(at: second)
        events.append(second)
        let newest = events.max() ?? 0
        for length in [1, 10, 60] {
          let exact = events.count { $0 <= newest && $0 > newest - Int64(length) }
          #expect(window.sum(of: length, until: newest) == UInt64(exact))
        }
        if events.count > 300 { events.removeAll { $0 < newest - 60 } }
      }
    }
  }

  @Test func `seconds to come and seconds forgotten have no events`() {
    var window = RateWindow(seconds: 3)
    #expect(window[5] == 0)
    window.add(at: 10)
    window.add(at: 12)
    window.add(at: 3)
    #expect([9, 10, 11, 12, 13].map { window[$0] } == [0, 1, 0, 1, 0])
    window.add(at: 15)
    #expect(window.sum(of: 3, until: 15) == 1)
  }

  @Test func `a timeline keeps every event, in any time`() {
    var generator = Generator(seed: 4)
    var timeline = Timeline(buckets: 120, width: 1_000_000)
    var now: Int64 = 1_700_000_000_000_000_000
    for _ in 0..<10_000 {
      now += Int64.random(in: 0..<50_000_000, using: &generator)
      timeline.add(at: now)
    }
    timeline.add(at: 0)
    #expect(timeline.counts.reduce(0, +) == 10_001)
    #expect((60...120).contains(timeline.used))
    let rates = timeline.rates(50)
    #expect(rates.count == 50)
    // 40 a second on average.
    #expect(rates.dropLast().allSatisfy { (30...50).contains($0) }, "\(rates)")
    #expect(Timeline(buckets: 10, width: 1).rates(5).isEmpty)
  }
}
