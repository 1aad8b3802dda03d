import RecordSinks
import TraceModel

/// One sink and the file or files in it, each with what has to stand before its first record and behind its last.
struct RecordOutput {
  private let sink: any RecordSink
  private var rotation: Rotation?
  private var now = Timestamp(nanoseconds: 0)

  init(_ sink: any RecordSink, _ rotation: Rotation?) {
    self.sink = sink
    self.rotation = rotation
  }

  var isClosed: Bool { sink.isClosed }

  /// Begins the file, unless files begin with their first records.
  mutating func start(head: () -> [UInt8]) { if rotation == nil { begin(nil, head()) } }

  /// Lets time pass: a file may be over.
  mutating func advance(to now: Timestamp, foot: () -> [UInt8]) {
    self.now = max(self.now, now)
    guard rotation?.isDue(at: self.now) == true else { return }
    end(foot())
    rotation?.close()
  }

  /// Ends the file if it is full, and sees to it that there is one for the next record.
  mutating func prepare(at now: Timestamp, head: () -> [UInt8], foot: () -> [UInt8]) {
    guard rotation != nil else { return }
    advance(to: now, foot: foot)
    guard rotation?.isOpen == false else { return }
    let name = rotation?.open(at: self.now)
    begin(name, head())
  }

  /// Hands over a record, or what later ones refer to; false when it was not taken.
  mutating func write(_ octets: [UInt8], messages: UInt64, mark: RecordMark? = nil) -> Bool {
    guard sink.write(octets, messages: messages, mark: mark) else { return false }
    rotation?.wrote(octets.count)
    return true
  }

  mutating func finish(foot: () -> [UInt8]) { if rotation?.isOpen ?? true { end(foot()) } }

  private mutating func begin(_ name: String?, _ head: [UInt8]) {
    rotation?.wrote(head.count)
    if !head.isEmpty || name != nil { _ = sink.write(head, messages: 0, mark: .opens(name)) }
  }

  private func end(_ foot: [UInt8]) {
    if !foot.isEmpty || rotation != nil { _ = sink.write(foot, messages: 0, mark: .closes) }
  }
}
