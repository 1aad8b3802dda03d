import Correlation
import Formats
import History
import HostSystem
import Top
import TraceModel
import TracePipeline

/// Capture files, one after the other.
struct RecordedFiles: Recording {
  let files: [String]
  let ports: PortOptions
  let show: ShowOptions

  var name: String { files.map { $0 == "-" ? "standard input" : $0 }.joined(separator: " ") }
  var isRepeatable: Bool { !files.contains("-") }

  func read(
    into subscriber: TopSubscriber, _ host: Host, counts: RunningLedger, stop: StopRequest,
    report: @escaping (Failure) -> Void
  ) -> Ledger {
    var source = FileSource(
      files, interfaces: host.interfaces, arguments: .omitted, showsProgress: false, stop: stop,
      report: report)
    var pipeline = Pipeline(
      show.configuration(dnsPorts: ports.known, isAnyPort: ports.isAnyPort), subscribers: [subscriber])
    pipeline.run(&source, observers: [counts]) {}
    return pipeline.ledger
  }
}

/// The exchanges of a history in a span of time.
struct RecordedHistory: Recording {
  let directory: String
  let since: Timestamp?
  let until: Timestamp?

  /// With its span of time.
  var name: String {
    let offsets = ClockOffsets(Clock.offsets())
    let span =
      switch (since.map(offsets.text), until.map(offsets.text)) {
      case (let since?, let until?): " \(since) to \(until)"
      case (let since?, nil): " since \(since)"
      case (nil, let until?): " until \(until)"
      case (nil, nil): ""
      }
    return "history" + span
  }

  let isRepeatable = true

  func read(
    into subscriber: TopSubscriber, _ host: Host, counts: RunningLedger, stop: StopRequest,
    report: @escaping (Failure) -> Void
  ) -> Ledger {
    var query = HistoryQuery()
    (query.since, query.until) = (since, until)
    var replay = HistoryReplay([subscriber], unit: .exchanges, host: CurrentHost(host))
    do throws(Failure) {
      let reader = try HistoryReader(opening: directory)
      do throws(HistoryProblem) {
        try replay.run(reader, query, clockOffsets: host.clockOffsets) { stop.isRequested }
      } catch {
        throw Failure(error, history: directory)
      }
    } catch {
      report(error)
    }
    return replay.ledger
  }
}

extension HistoryReader {
  /// Opens the history in a directory.
  init(opening directory: String) throws(Failure) {
    let opened: GuardedDirectory
    do throws(GuardedDirectory.Refusal) {
      opened = try GuardedDirectory(directory)
    } catch {
      let why = if case .failed(let error) = error { "\(error)" } else { "it is not a directory" }
      throw Failure(
        "can't read the history \(directory): \(why)",
        advice: "a trace with --history writes one; root and the group \(HistoryOptions.group) may read it",
        code: .input)
    }
    do throws(HistoryProblem) {
      try self.init(opened)
    } catch {
      throw Failure(error, history: directory)
    }
  }
}

extension ClockOffsets {
  /// A moment on the local clock: `2026-11-29 08:30`, with the seconds if there are any.
  fileprivate func text(_ time: Timestamp) -> String {
    let local = time.advanced(byNanoseconds: seconds(at: time) * 1_000_000_000)
    let clock = CompactTime.clock(local, offset: 0)
    return CompactTime.date(local) + " " + (clock.hasSuffix(":00") ? String(clock.dropLast(3)) : clock)
  }
}
