import Bytes
import RecordSinks

/// A sink that stores records in memory, up to a limit.
final class MemorySink: RecordSink {
  private(set) var records: [String] = []
  /// The written octets, file by file.
  private(set) var files: [[UInt8]] = []
  private let limit: Int
  var isClosed = false

  init(limit: Int = .max) { self.limit = limit }

  func write(_ octets: Span<UInt8>, messages: UInt64, mark: RecordMark?) -> Bool {
    guard !isClosed, mark != nil || records.count < limit else { return false }
    if case .head = mark { files.append([]) }
    if files.isEmpty { files.append([]) }
    files[files.count - 1].append(contentsOf: octets)
    if mark == nil {
      var record: [UInt8] = []
      record.append(contentsOf: octets)
      records.append(String(decoding: record, as: UTF8.self))
    }
    return true
  }
}
