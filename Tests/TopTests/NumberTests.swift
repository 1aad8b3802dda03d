import Testing

@testable import Top

struct NumberTests {
  @Test(
    arguments: [
      (0, "0", "0"), (999, "999", "999"), (12_345, "12345", "12,345"), (99_999, "99999", "99,999"),
      (100_000, "100k", "100,000"), (999_999, "1.00M", "999,999"), (12_345_678, "12.3M", "12,345,678"),
      (.max, ">1T", "18,446,744,073,709,551,615"),
    ] as [(UInt64, String, String)])
  func `counts take five columns, or have commas`(value: UInt64, short: String, grouped: String) {
    #expect(Numbers.short(value) == short && Numbers.grouped(value) == grouped)
  }

  @Test(
    arguments: [
      (0, "0"), (0.05, "<0.1"), (0.1, "0.1"), (1.25, "1.3"), (99.94, "99.9"), (99.96, "100"), (9999, "9999"),
      (12_345, "12.3k"), (999_600, "1.00M"), (.infinity, ">1G"),
    ] as [(Double, String)])
  func `rates take five columns`(value: Double, text: String) { #expect(Numbers.rate(value) == text) }

  @Test func `of a part there is never all or nothing`() {
    #expect(Numbers.percent(1, of: 100_000) == "0.1%" && Numbers.percent(99_999, of: 100_000) == "99.9%")
    #expect(Numbers.percent(0, of: 5) == "0%" && Numbers.percent(5, of: 5) == "100%")
    #expect(Numbers.percent(0, of: 0) == "-")
  }

  @Test(arguments: [(5, "5s"), (65, "1m 05s"), (7500, "2h 05m"), (90_000, "1d 01h")] as [(Int64, String)])
  func `durations have two units`(seconds: Int64, text: String) { #expect(Numbers.duration(seconds) == text) }
}
