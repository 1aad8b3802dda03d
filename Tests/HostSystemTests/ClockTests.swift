import Foundation
import Testing

@testable import HostSystem

struct ClockTests {
  @Test func `the boot clock never goes back, and agrees with /proc/uptime`() throws {
    let readings = (0..<1000).map { _ in Clock.boot() }
    #expect(readings == readings.sorted())
    let before = Clock.boot()
    let text = try String(contentsOfFile: "/proc/uptime", encoding: .utf8)
    let uptime = try #require(text.split(separator: " ").first.flatMap { Double($0) }) * 1e9
    // It has two decimals.
    #expect(Double(before) - uptime < 20_000_000 && uptime - Double(Clock.boot()) < 20_000_000)
  }

  @Test func `the wall clock is the time since the epoch`() {
    #expect(abs(Double(Clock.wall()) / 1e9 - Date().timeIntervalSince1970) < 1)
  }

  @Test func `the boot time added to the boot clock is the wall clock`() {
    let difference = Clock.bootTime() + Clock.boot() - Clock.wall()
    #expect(abs(difference) < 50_000_000)
  }

  @Test func `the local clock's offset is that of the time zone, at that time`() {
    // In January and in July.
    for seconds: Int64 in [1_768_000_000, 1_783_000_000] {
      let zone = TimeZone.current.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
      #expect(Clock.offset(at: seconds) == Int64(zone))
    }
  }

  @Test func `the offsets of the local clock apply from their starts on`() {
    let offsets = Clock.offsets()
    #expect(offsets.first?.from == 0)
    for (start, seconds) in offsets.dropFirst() {
      #expect(Clock.offset(at: start) == seconds)
      #expect(Clock.offset(at: start - 1) != seconds)
    }
  }
}
