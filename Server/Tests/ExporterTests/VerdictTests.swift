import Testing

@testable import Exporter

struct BackoffTests {
  @Test func theWaitDoublesUpToAMinuteAndAtLeastHalfOfItIsKept() {
    var (least, most) = (Backoff(), Backoff())
    let waits = (0..<9).map { _ in (least.next(random: 0), most.next(random: 1)) }
    #expect(waits.map(\.1) == [1, 2, 4, 8, 16, 32, 60, 60, 60].map { Duration.seconds($0) })
    #expect(waits.allSatisfy { $0.0 == $0.1 / 2 })
  }

  @Test func aRefusalIsTriedAgainAfterHalfOfItsWaitAtLeast() {
    let waits = [0, 0.5, 1, 7].map { Backoff.jittered(.seconds(300), random: $0) }
    #expect(waits == [150, 225, 300, 300].map { Duration.seconds($0) })
  }

  @Test func whatTheDestinationAsksForIsKeptUpToAnHour() {
    var backoff = Backoff()
    #expect(backoff.next(atLeast: .seconds(90), random: 0.5) == .seconds(90))
    #expect(backoff.next(atLeast: .seconds(1_000_000), random: 0.5) == .seconds(3600))
    #expect(backoff.next(atLeast: .seconds(0), random: 1) == .seconds(4))
  }
}

struct VerdictTests {
  @Test(arguments: [
    (200, true, false), (204, true, false), (301, false, false), (400, false, false), (401, false, false),
    (403, false, false), (404, false, false), (413, false, false), (408, false, true), (429, false, true),
    (500, false, true), (503, false, true),
  ])
  func theStatusDecides(status: Int, isStored: Bool, isRepeated: Bool) {
    switch Verdict.of(status, "", retryAfter: nil) {
    case .stored(let rejected): #expect(isStored && rejected == 0)
    case .again: #expect(isRepeated)
    case .refused: #expect(!isStored && !isRepeated)
    }
  }

  @Test func aWaitIsReadFromTheAnswer() {
    #expect(Verdict.of(503, "", retryAfter: "7") == .again("HTTP 503", after: .seconds(7)))
    #expect(
      Verdict.of(503, "", retryAfter: "Fri, 31 Dec 1999 23:59:59 GMT") == .again("HTTP 503", after: nil))
  }

  @Test func textFromElsewhereHasNoControlCharacters() {
    #expect(Verdict.excerpt(Array("a\u{1b}[31m\n\u{9b}b\0\u{7f}c".utf8)) == "a [31m b c")
    #expect(Verdict.excerpt([0xff, 0x41]) == "\u{fffd}A")
    #expect(Verdict.excerpt(Array(repeating: 0x61, count: 10_000)).count == 300)
  }

  @Test(arguments: [
    (401, "Code: 193, e.displayText() = DB::Exception: Wrong password", false),
    (500, "Code: 60, e.displayText() = DB::Exception: Table querent.exchanges doesn't exist", false),
    (404, "Code: 60. DB::Exception: Unknown table", false),
    (500, "Code: 243, e.displayText() = DB::Exception: Cannot reserve 1.00 MiB, not enough space", true),
    (500, "Code: 252. DB::Exception: Too many parts", true),
    (200, "Code: 241. DB::Exception: Memory limit exceeded", true),
    (502, "Bad gateway", true),
  ])
  func theExceptionOfClickHouseDecidesBeforeTheStatus(status: Int, body: String, isRepeated: Bool) {
    let verdict = ClickHouseReply.verdict(status, Array(body.utf8), retryAfter: nil)
    if case .again = verdict { #expect(isRepeated) } else { #expect(!isRepeated) }
    #expect(verdict != .stored(rejected: 0))
  }

  @Test func elasticsAnswerIsReadRecordByRecord() {
    func verdict(_ text: String) -> Verdict { ElasticReply.verdict(200, Array(text.utf8), retryAfter: nil) }
    #expect(verdict(#"{"errors":false}"#) == .stored(rejected: 0))
    // 409: an earlier attempt has stored it.
    #expect(
      verdict(
        #"{"errors":true,"items":[{"create":{"status":201}},{"create":{"status":409,"error":{"type":"version_conflict"}}}]}"#
      )
        == .stored(rejected: 0))
    #expect(
      verdict(
        #"{"errors":true,"items":[{"create":{"status":400,"error":{"type":"mapper_parsing_exception"}}}]}"#)
        == .stored(rejected: 1))
    #expect(
      verdict(
        #"{"errors":true,"items":[{"create":{"status":201}},{"create":{"status":429,"error":{"type":"full"}}}]}"#
      )
        == .again("full", after: nil))
    if case .refused = verdict("<html>") {} else { Issue.record("a page is no answer of a bulk API") }
  }

  @Test func openTelemetrysPartialSuccessIsReadInBothEncodings() {
    let json = Array(#"{"partialSuccess":{"rejectedLogRecords":"3","errorMessage":"no"}}"#.utf8)
    #expect(OTLPReply.verdict(200, json, retryAfter: nil, isJSON: true) == .stored(rejected: 3))
    #expect(OTLPReply.verdict(200, Array("{}".utf8), retryAfter: nil, isJSON: true) == .stored(rejected: 0))
    let protobuf: [UInt8] = [0x0a, 0x07, 0x08, 0xac, 0x02, 0x12, 0x02, 0x6e, 0x6f]
    #expect(OTLPReply.verdict(200, protobuf, retryAfter: nil, isJSON: false) == .stored(rejected: 300))
    #expect(OTLPReply.verdict(200, [], retryAfter: nil, isJSON: false) == .stored(rejected: 0))
    // Octets that end early, and a length beyond them.
    for octets in [[0x0a], [0x0a, 0xff], [0x0a, 0x02, 0x08], [0x0b, 0x00]] as [[UInt8]] {
      #expect(OTLPReply.verdict(200, octets, retryAfter: nil, isJSON: false) == .stored(rejected: 0))
    }
  }
}
