import TraceModel
import Correlation
import DNSWire
import Foundation
import Testing
import TracePipeline

// subscriber
/// Counts answers by response code, and queries without an answer.
final class CodeCounter: Subscriber {
  private(set) var answers: [ResponseCode: Int] = [:]
  private(set) var unanswered = 0
  private(set) var ledger = SubscriberLedger()

  func receive(_ exchange: borrowing Exchange, at now: Timestamp) {
    let messages = UInt64(exchange.messageCount)
    ledger.received += messages
    ledger.written += messages
    if let answer = exchange.answer {
      answers[answer.responseCode, default: 0] += 1
    } else {
      unanswered += 1
    }
  }
}
// subscriber ends

struct ExampleTests {
  @Test func `the example in CONTRIBUTING counts the answers of a trace`() {
    let counter = CodeCounter()
    var pipeline = Pipeline(Pipeline.Configuration(dnsPorts: [53]), subscribers: [counter])
    var source = ListSource([
      PacketBatch(
        [TestPacket.query(1, at: 0), TestPacket.answer(1, at: 1), TestPacket.query(2, at: 2)],
        now: nil)
    ])
    pipeline.run(&source) {}
    #expect(counter.answers == [.noError: 1])
    #expect(counter.unanswered == 1)
    #expect(counter.ledger.difference == 0)
  }

  @Test func `CONTRIBUTING contains the same example`() throws {
    let file = URL(filePath: #filePath)
    let source = try String(contentsOf: file, encoding: .utf8)
    let page = file.deletingLastPathComponent().appending(path: "../../CONTRIBUTING.md")
    let text = try String(contentsOf: page, encoding: .utf8)
    let example = try #require(between("// subscriber\n", "// subscriber ends", in: source))
    let shown = try #require(
      between("<!-- subscriber -->\n```swift\n", "```\n<!-- /subscriber -->", in: text))
    guard ProcessInfo.processInfo.environment["RECORD"] == nil else {
      return try text.replacing(
        "<!-- subscriber -->\n```swift\n\(shown)", with: "<!-- subscriber -->\n```swift\n\(example)"
      )
      .write(to: page, atomically: true, encoding: .utf8)
    }
    #expect(shown == example)
  }

  private func between(_ start: String, _ end: String, in text: String) -> String? {
    guard let first = text.firstRange(of: start) else { return nil }
    let rest = text[first.upperBound...]
    return rest.firstRange(of: end).map { String(rest[..<$0.lowerBound]) }
  }
}
