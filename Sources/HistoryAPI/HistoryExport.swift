import CaptureFiles
import Correlation
import Formats
import History
import HostSystem
import RecordSinks
import TraceModel
import TracePipeline

/// All exchanges that a query names, as one file.
public struct HistoryExport: Sendable {
  public enum Format: String, CaseIterable, Sendable {
    case json, csv, pcapng

    public var mediaType: String {
      switch self {
      case .json: "application/x-ndjson"
      case .csv: "text/csv; charset=utf-8"
      case .pcapng: "application/vnd.tcpdump.pcap"
      }
    }
  }

  public let format: Format
  private let api: HistoryAPI
  private let query: HistoryQuery

  /// - Parameter query: what follows the question mark.
  public init(_ api: HistoryAPI, query text: String) throws(APIProblem) {
    self.api = api
    let query = try api.query(text, for: .export)
    guard let format = Format(rawValue: try query.one("format") ?? "json") else {
      throw .parameter("format", "Give json, csv or pcapng")
    }
    self.format = format
    self.query = query.history
    if let problem = api.problem { throw problem }
  }

  public var fileName: String { "querent-dns." + (format == .json ? "ndjson" : format.rawValue) }

  /// Gives the file to `write`, piece by piece, until that returns false. It may block for as long as it likes.
  public func run(write: @escaping ([UInt8]) -> Bool) throws(APIProblem) {
    let host = Host(clockOffsets: api.offsets)
    let current = CurrentHost(host)
    let sink = PieceSink(write)
    let selection = Selection(query.filter)
    let subscriber: any Subscriber =
      switch format {
      case .json:
        FormatSubscriber(HostedEncoder(current) { JSONFormat(host: $0) }, to: sink, selection: selection)
      case .csv: FormatSubscriber(CSVFormat(), to: sink, selection: selection)
      case .pcapng:
        PacketSubscriber(
          PcapngWriter(application: "querent-server \(api.version)", bootTime: Timestamp(nanoseconds: 0)),
          host: host, to: sink, timeout: 5_000_000_000, selection: selection)
      }
    try api.reading { (reader) throws(HistoryProblem) in
      var replay = HistoryReplay([subscriber], unit: .exchanges, host: current)
      try replay.run(reader, query, clockOffsets: api.offsets) { sink.isClosed }
    }
    sink.flush()
  }
}

/// Collects records to pieces.
private final class PieceSink: RecordSink {
  private var piece: [UInt8] = []
  private let write: ([UInt8]) -> Bool
  private(set) var isClosed = false

  private static let size = 64 << 10

  init(_ write: @escaping ([UInt8]) -> Bool) { self.write = write }

  func write(_ octets: Span<UInt8>, messages: UInt64, mark: RecordMark?) -> Bool {
    guard !isClosed else { return false }
    for place in octets.indices { piece.append(octets[place]) }
    if piece.count >= Self.size { flush() }
    return true
  }

  func flush() {
    guard !isClosed, !piece.isEmpty else { return }
    isClosed = !write(piece)
    piece.removeAll(keepingCapacity: true)
  }
}
