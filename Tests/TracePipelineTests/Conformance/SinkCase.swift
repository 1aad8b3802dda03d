import Foundation
@testable import HostSystem
import Lab
import RecordSinks
import Testing
import TracePipeline

/// A kind of sink, and how a test opens one.
struct SinkCase: Sendable, CustomTestStringConvertible {
  let name: String
  /// The conditions that apply to it.
  let conditions: [SinkCondition]
  /// Whether another reader may connect after one has disconnected.
  var mayReconnect = false
  /// Whether it is a series of files.
  var isSeries = false
  /// Whether a second one may continue where the first has ended.
  var canReopen = true
  /// Records that the kernel may hold for a reader that disconnects: they count as written, because write(2) accepted them.
  var unseen = 0
  let open: @Sendable (SinkCondition, _ folder: String, OverflowPolicy) throws -> OpenSink

  var testDescription: String { name }

  /// The names of a series in a folder.
  func series(_ folder: String) -> SeriesName { SeriesName("\(folder)/out.x") }

  static let all = [file, series, pipe, namedPipe, collector, memory]

  /// The size of a pipe: a page, so that few records fill it.
  private static let pipeOctets = 4096
  /// Records that fit into it.
  private static let pipeRecords = pipeOctets / TestRecord.octets(0).count + 1
  /// The limit of the queue if not everything is read.
  private static let limit = 16 << 10

  /// Starts a writer. If nothing blocks its thread, everything may be queued, so that a disk receives more than it holds even if
  /// the thread runs late.
  private static func start(
    _ target: OutputTarget, _ condition: SinkCondition, _ policy: OverflowPolicy
  ) throws -> OutputWriter {
    var isWaiting = false
    if case .wait = policy { isWaiting = true }
    let queuesAll = condition == .full || condition == .reads && !isWaiting
    let writer = OutputWriter(limit: queuesAll ? 8 << 20 : limit)
    try writer.start(target, overflowPolicy: policy)
    return writer
  }

  static let file = SinkCase(name: "file", conditions: [.reads, .full]) { condition, folder, policy in
    let path = "\(folder)/out"
    var file = try OutputFile(path, mode: .append)
    try file.create()
    let descriptor = file.descriptor
    let writer = try start(.file(file), condition, policy)
    return OpenSink(sink: writer, finish: { writer.finish(within: 0) }) {
      close(descriptor)
      return [[UInt8](try Data(contentsOf: URL(filePath: path)))]
    }
  }

  static let series = SinkCase(name: "series", conditions: [.reads, .full], isSeries: true) {
    condition, folder, policy in
    let names = SeriesName("\(folder)/out.x")
    let series = FileSeries(
      directory: folder, keep: nil, names: .init(matches: { names.number($0) != nil }, next: names.next))
    let writer = try start(.files(series), condition, policy)
    return OpenSink(sink: writer, finish: { writer.finish(within: 0) }) {
      let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      #expect(files.allSatisfy { names.number($0) != nil }, "\(files)")
      return try files.map { [UInt8](try Data(contentsOf: URL(filePath: "\(folder)/\($0)"))) }
    }
  }

  /// Standard output, as from a shell; for a full disk, /dev/full.
  static let pipe = SinkCase(
    name: "pipe", conditions: [.reads, .stalls, .leaves, .full], canReopen: false, unseen: pipeRecords
  ) { condition, _, policy in
    guard condition != .full else {
      let full = unsafe Glibc.open("/dev/full", O_WRONLY | O_CLOEXEC)
      let writer = try start(.descriptor(full), condition, policy)
      return OpenSink(sink: writer, finish: { writer.finish(within: 20_000) }) {
        close(full)
        return []
      }
    }
    let (reading, writing) = try FileDescriptors.pipe()
    return try open(.descriptor(writing), writing, PipeReader(reading), condition, policy)
  }

  static let namedPipe = SinkCase(
    name: "named pipe", conditions: [.reads, .stalls, .leaves], canReopen: false, unseen: pipeRecords
  ) { condition, folder, policy in
    let path = "\(folder)/fifo"
    try #require(unsafe mkfifo(path, 0o600) == 0)
    let reading = unsafe Glibc.open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    _ = fcntl(reading, F_SETFL, 0)
    var file = try OutputFile(path, mode: .refuseNonEmpty)
    try file.create()
    return try open(.file(file), file.descriptor, PipeReader(reading), condition, policy)
  }

  private static func open(
    _ target: OutputTarget, _ writing: Int32, _ reader: PipeReader, _ condition: SinkCondition,
    _ policy: OverflowPolicy
  ) throws -> OpenSink {
    // F_SETPIPE_SZ (fcntl(2)).
    _ = fcntl(writing, 1031, Int32(pipeOctets))
    let writer = try start(target, condition, policy)
    if condition == .reads { try reader.start() }
    return OpenSink(
      sink: writer, leave: { reader.leave() },
      finish: { writer.finish(within: condition == .reads ? 20_000 : 100) }
    ) {
      let octets: [UInt8]
      if condition == .reads {
        close(writing)
        octets = reader.end()
      } else {
        octets = reader.leaveWithRest()
        // The thread still writes there until the reader's end is reported to it.
        _ = writer.finish(within: 20_000)
        close(writing)
      }
      return [octets]
    }
  }

  static let collector = SinkCase(
    name: "collector", conditions: [.reads, .stalls, .leaves, .absent], mayReconnect: true
  ) { condition, folder, policy in
    let path = "\(folder)/\(UUID().uuidString.prefix(8))"
    let behaviour: [SinkCondition: FrameCollector.Behaviour] = [
      .reads: .reads, .stalls: .stalls, .leaves: .leaves,
    ]
    let collector = try behaviour[condition].map { try FrameCollector(at: path, $0) }
    let writer = try start(
      .collector(Collector(path: path, contentType: Array("test".utf8)) { _ in }), condition, policy)
    return OpenSink(
      sink: writer, leave: { try collector?.waitForClose() },
      finish: { writer.finish(within: condition == .reads ? 20_000 : 100) }
    ) {
      let frames = collector?.stop() ?? []
      return [frames.flatMap { [0, 0, UInt8($0.count >> 8), UInt8($0.count & 0xff)] + $0 }]
    }
  }

  static let memory = SinkCase(
    name: "memory", conditions: [.reads, .stalls, .leaves], canReopen: false
  ) { condition, _, _ in
    let sink = MemorySink(limit: condition == .stalls ? 4 : .max)
    return OpenSink(
      sink: sink, leave: { sink.isClosed = true },
      finish: {
        sink.isClosed = true
        return OutputWriter.FinishResult(messages: 0, error: nil)
      }
    ) { sink.files }
  }
}
