import Foundation
import Lab
import SystemPackage
import Synchronization
import Testing

@testable import HostSystem

/// A collector at a real unix socket; the tests of every sink are in `SinkConformance`.
struct CollectorTests {
  private let folder: Folder
  private var path: String { folder.path("socket") }
  private let reports = Reports()

  private final class Reports: Sendable {
    private let texts = Mutex<[String]>([])

    func add(_ text: String) { texts.withLock { $0.append(text) } }

    var all: [String] { texts.withLock { $0 } }

    /// Waits for that many.
    func wait(_ count: Int) throws {
      let deadline = Clock.boot() + 60_000_000_000
      while all.count < count {
        guard Clock.boot() < deadline else { throw LabError("reports: \(all)") }
        HostSystem.Thread.sleep(milliseconds: 1)
      }
    }
  }

  init() throws { folder = try Folder() }

  private func writer(_ policy: OverflowPolicy = .refuse) throws -> OutputWriter {
    let writer = OutputWriter()
    try writer.start(
      .collector(Collector(path: path, contentType: Array("test".utf8), report: reports.add)),
      overflowPolicy: policy)
    return writer
  }

  private func frame(_ text: String) -> [UInt8] { [0, 0, 0, UInt8(text.utf8.count)] + Array(text.utf8) }

  private func texts(_ collector: FrameCollector) -> [String] {
    collector.stop().map { String(decoding: $0, as: UTF8.self) }
  }

  @Test func `frames wait for a collector that starts later, and both events are reported once`() throws {
    let writer = try writer()
    #expect(put(frame("early"), to: writer))
    try reports.wait(1)
    let collector = try FrameCollector(at: path, .reads)
    try reports.wait(2)
    #expect(put(frame("late"), to: writer))
    let result = writer.finish(within: 20_000)
    #expect(result.messages == 0 && result.error == nil)
    #expect(texts(collector) == ["early", "late"])
    #expect(
      reports.all == [
        "no collector at \(path) (No such file or directory): frames are queued, up to 8 MiB",
        "connected to the collector at \(path)",
      ])
  }

  @Test
  func `after a collector has restarted, each frame was sent at most once, and every frame is counted`()
    throws
  {
    let collector = try FrameCollector(at: path, .restarts)
    let writer = try writer(.wait(until: { false }))
    let count = 2000
    for number in 0..<count {
      if number == 10 { try collector.waitForClose() }
      #expect(put(frame("\(number)"), to: writer))
    }
    let result = writer.finish(within: 20_000)
    try collector.waitForEnd()
    let numbers = texts(collector).compactMap { Int($0) }
    #expect(numbers == Set(numbers).sorted())
    #expect(numbers.first == 0 && numbers.last == count - 1)
    #expect(numbers.count + Int(result.messages) >= count)
    #expect(result.messages == 0 || result.error == .connectionReset)
  }

  @Test func `a collector of other content gets no frames, and the reason is reported`() throws {
    let collector = try FrameCollector(at: path, .refuses)
    let writer = try writer()
    #expect(put(frame("one"), to: writer))
    try reports.wait(1)
    #expect(reports.all.first?.contains("it does not accept this content type") == true)
    let result = writer.finish(within: 20_000)
    #expect(result.messages == 1 && result.error == .socketNotConnected)
    #expect(texts(collector).isEmpty)
  }

  private func put(_ octets: [UInt8], to writer: OutputWriter) -> Bool {
    writer.write(octets.span, messages: 1)
  }
}
