import HostSystem
import Lab
import RecordSinks
import SystemPackage
import TraceModel
import TracePipeline

/// The behaviour of a sink's reader or disk while records are written to it.
enum SinkCondition: String, CaseIterable, Sendable {
  /// A reader, or the disk, accepts everything.
  case reads
  /// A reader exists and reads nothing.
  case stalls
  /// The reader reads some records and disconnects permanently.
  case leaves
  /// There is no reader.
  case absent
  /// The disk is full after some records.
  case full
}

/// A sink that a test has opened, and its reader.
struct OpenSink {
  let sink: any RecordSink
  /// Waits until the reader has read a record, and makes it disconnect.
  var leave: () throws -> Void = {}
  /// Ends the writing; returns the accepted records that were not written.
  let finish: () -> OutputWriter.FinishResult
  /// What the reader received, file by file; called once, after `finish`.
  let files: () throws -> [[UInt8]]
}

/// The requirements for every sink: the suite that each `SinkCase` runs.
enum SinkConformance {
  struct Check: Sendable {
    let text: String
    let conditions: Set<SinkCondition>
    let holds: @Sendable (SinkCase, Outcome) -> Bool

    init(
      _ text: String, _ conditions: Set<SinkCondition> = Set(SinkCondition.allCases),
      _ holds: @escaping @Sendable (SinkCase, Outcome) -> Bool
    ) {
      self.text = text
      self.conditions = conditions
      self.holds = holds
    }
  }

  /// The results of a run of the suite. Each record consists of one message.
  struct Outcome: Sendable {
    var offered = 0
    var accepted = 0
    /// The numbers of the records that the reader received.
    var delivered: [Int] = []
    /// Whether each file starts with its head and consists of complete records.
    var isWhole = true
    var lost = 0
    var error: Errno?
    /// Whether the sink reported that its reader has disconnected.
    var isClosed = false
    /// Whether it accepted a record after its end.
    var acceptsAfterEnd = false
    /// For writing and ending.
    var seconds: Int64 = 0
  }

  static let checks = [
    Check("records arrive once, and in order") { $1.delivered == Set($1.delivered).sorted() },
    Check("a record that did not arrive does not count as written") {
      $1.accepted - $1.lost <= $1.delivered.count + $0.unseen
    },
    Check("an accepted record arrived or is counted as lost, never both", [.reads, .full, .absent]) {
      $1.accepted == $1.delivered.count + $1.lost
    },
    Check("files have complete records after their head", [.reads, .full, .absent]) { $1.isWhole },
    Check("nothing is refused or lost if everything is read", [.reads]) {
      $1.accepted == $1.offered && $1.lost == 0 && $1.error == nil && !$1.isClosed
    },
    Check("writing and ending take a bounded time") { $1.seconds < 20 },
    Check("a record that does not fit is refused", [.stalls, .absent]) { $1.accepted < $1.offered },
    Check("a full disk is reported", [.full]) { $1.error == .noSpace && $1.lost > 0 && !$1.isClosed },
    Check("a sink reports that its reader has disconnected, unless another may connect", [.leaves]) {
      $1.isClosed != $0.mayReconnect
    },
    Check("a record after the end is refused") { !$1.acceptsAfterEnd },
  ]

  /// More records than a pipe, a socket and the queue can hold.
  private static let count = 6000

  /// Writes numbered records from `first` on, and ends the sink.
  static func run(
    _ sinkCase: SinkCase, _ condition: SinkCondition, _ folder: String, _ policy: OverflowPolicy,
    from first: Int = 0
  ) throws -> Outcome {
    let open = try sinkCase.open(condition, folder, policy)
    var outcome = Outcome()
    let start = Clock.boot()
    _ = open.sink.write(
      TestRecord.head.span, messages: 0,
      mark: .head(sinkCase.series(folder).name(at: Timestamp(nanoseconds: 0), number: 1)))
    for number in first..<first + count {
      // A declaration may come between any two records.
      if number == first + 5 {
        _ = open.sink.write(TestRecord.declaration.span, messages: 0, mark: .declaration)
      }
      if number == first + 20, condition == .leaves { try open.leave() }
      outcome.offered += 1
      if open.sink.write(TestRecord.octets(number).span, messages: 1, mark: nil) { outcome.accepted += 1 }
    }
    _ = open.sink.write(TestRecord.foot.span, messages: 0, mark: .end)
    if condition == .leaves, !sinkCase.mayReconnect { waitUntilClosed(open.sink) }
    outcome.isClosed = open.sink.isClosed
    let result = open.finish()
    outcome.seconds = (Clock.boot() - start) / 1_000_000_000
    outcome.lost = Int(result.messages)
    outcome.error = result.error
    outcome.acceptsAfterEnd = open.sink.write(TestRecord.octets(0).span, messages: 1, mark: nil)
    for file in try open.files() {
      let (numbers, isWhole) = TestRecord.read(file)
      outcome.delivered += numbers
      outcome.isWhole = outcome.isWhole && isWhole
    }
    return outcome
  }

  /// The requirements that an outcome violates.
  static func broken(_ sinkCase: SinkCase, _ condition: SinkCondition, _ outcome: Outcome) -> [String] {
    checks.filter { $0.conditions.contains(condition) && !$0.holds(sinkCase, outcome) }.map(\.text)
  }

  private static func waitUntilClosed(_ sink: any RecordSink) {
    let deadline = Clock.boot() + 20_000_000_000
    while !sink.isClosed, Clock.boot() < deadline { HostSystem.Thread.sleep(milliseconds: 1) }
  }
}

/// Numbered records, each a data frame of Frame Streams, which all sinks accept.
enum TestRecord {
  static let head = frame("head")
  static let declaration = frame("declaration")
  static let foot = frame("foot")

  static func octets(_ number: Int) -> [UInt8] {
    frame("\(number)" + String(repeating: "-", count: 240 + number % 16))
  }

  private static func frame(_ text: String) -> [UInt8] {
    [0, 0, UInt8(text.utf8.count >> 8), UInt8(text.utf8.count & 0xff)] + Array(text.utf8)
  }

  /// The numbers in one file, and whether it has a head and ends with a complete record.
  static func read(_ octets: [UInt8]) -> (numbers: [Int], isWhole: Bool) {
    var numbers: [Int] = []
    var rest = octets[...]
    while rest.count >= 4 {
      let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
      guard rest.count >= 4 + length else { break }
      let text = String(decoding: rest.dropFirst(4).prefix(length), as: UTF8.self)
      if let number = Int(text.prefix { $0 != "-" }) { numbers.append(number) }
      rest = rest.dropFirst(4 + length)
    }
    return (numbers, rest.isEmpty && (octets.isEmpty || octets.starts(with: head)))
  }
}
