import Bytes
import RecordSinks
import TraceModel

/// A sink and its file or files, each with a head before its first record and an end after its last.
struct RecordOutput {
  private let sink: any RecordSink
  private var rotation: Rotation?
  private var now = Timestamp(nanoseconds: 0)

  init(_ sink: any RecordSink, _ rotation: Rotation?) {
    self.sink = sink
    self.rotation = rotation
  }

  var isClosed: Bool { sink.isClosed }
  /// Whether the output is a series of files.
  var isRotated: Bool { rotation != nil }

  /// Begins the file, unless files begin with their first records.
  mutating func start(head: (inout ByteWriter) -> Void) { if rotation == nil { begin(nil, head) } }

  /// Advances the time: a file may end.
  mutating func advance(to now: Timestamp, foot: (inout ByteWriter) -> Void) {
    self.now = max(self.now, now)
    guard rotation?.isDue(at: self.now) == true else { return }
    end(foot)
    rotation?.close()
  }

  /// Ends the file if it is full, and opens one for the next record.
  mutating func prepare(at now: Timestamp, head: (inout ByteWriter) -> Void, foot: (inout ByteWriter) -> Void)
  {
    guard rotation != nil else { return }
    advance(to: now, foot: foot)
    guard rotation?.isOpen == false else { return }
    let name = rotation?.open(at: self.now)
    begin(name, head)
  }

  /// Passes a record, or a declaration that later ones need, to the sink; false if it was refused.
  mutating func write(_ record: borrowing ByteWriter, messages: UInt64, mark: RecordMark? = nil) -> Bool {
    guard sink.write(record.span, messages: messages, mark: mark) else { return false }
    rotation?.wrote(record.count)
    return true
  }

  /// Ends the file, and begins the one that has its name now. A series of files is left as it is.
  mutating func reopen(head: (inout ByteWriter) -> Void, foot: (inout ByteWriter) -> Void) {
    guard rotation == nil else { return }
    end(foot)
    _ = sink.write(ByteWriter().span, messages: 0, mark: .reopening)
    begin(nil, head)
  }

  mutating func finish(foot: (inout ByteWriter) -> Void) { if rotation?.isOpen ?? true { end(foot) } }

  private mutating func begin(_ name: String?, _ head: (inout ByteWriter) -> Void) {
    var octets = ByteWriter()
    head(&octets)
    rotation?.wrote(octets.count)
    if !octets.isEmpty || name != nil { _ = sink.write(octets.span, messages: 0, mark: .head(name)) }
  }

  private func end(_ foot: (inout ByteWriter) -> Void) {
    var octets = ByteWriter()
    foot(&octets)
    if !octets.isEmpty || rotation != nil { _ = sink.write(octets.span, messages: 0, mark: .end) }
  }
}
