import Bytes
import CaptureFiles
import TraceModel
import Correlation
import Formats
import HostSystem
import KernelProbe
import TracePipeline

/// Plays a recording of the demo on hosts that do not allow the demo: a capture with processes, embedded in the program
/// (see `Scripts/record-demo`).
enum RecordedDemo {
  /// Prints what is missing, and runs the recording through the same pipeline.
  static func show(_ format: Format, insteadOf missing: Failure) throws {
    _ = missing.leave()
    let verifier = DemoVerifier()
    let captures = try captures()
    Terminal.write(
      "RECORDED  not this host: this was recorded on another host and is played from a capture\n\n", to: 1)
    let report = try replay(captures, format, verifier)
    Terminal.write("\n\(report.text)", to: 1)
    let count = verifier.exchanges.count
    guard count > 0, report.balances, verifier.exchanges.allSatisfy({ $0.attribution.owner != nil }) else {
      throw Failure(
        "the recording is damaged", advice: "please report this with the lines above", code: .wrong
      ).leave()
    }
    Terminal.write(
      "  verdict   RECORDED: \(count) exchanges of another host; nothing was traced on this host\n", to: 1)
  }

  private static let interfaces = InterfaceNames()

  private static func captures() throws -> [Capture] {
    var octets = Base64.decode(base64)[...]
    var inflater = try Inflater()
    var reader = CaptureFileReader(interfaces: interfaces)
    var captures: [Capture] = []
    while let piece = try inflater.next(&octets) { try reader.push(piece) { captures.append($0.copy) } }
    try reader.finish()
    return captures
  }

  private static func replay(
    _ captures: [Capture], _ format: Format, _ verifier: DemoVerifier
  ) throws(Failure) -> TraceReport {
    let host = Host(of: interfaces)
    var configuration = Pipeline.Configuration(dnsPorts: ProbePlan.wellKnownPorts)
    configuration.timeout = timeout
    let encoder = VerifiedEncoder(
      encoder: format.encoder(host: host, for: .descriptor(1)), verifier: verifier
    ) {}
    let outputs: [any TraceOutput] = [RecordsOutput(encoder, to: .descriptor(1))]
    var source = RecordedSource(captures, timeout: timeout)
    var pipeline = Pipeline(configuration, subscribers: outputs.map(\.subscriber))
    try pipeline.run(&source) { () throws(Failure) in try outputs.open(.wait(until: { false })) }
    return TraceReport(pipeline.ledger, outputs)
  }

  /// Nanoseconds.
  private static let timeout: Int64 = 1_000_000_000
}

/// The packets of a recording; their times are the clock.
private struct RecordedSource: TraceSource {
  private var packets: ArraySlice<Capture>
  private let timeout: Int64

  init(_ packets: [Capture], timeout: Int64) {
    self.packets = packets[...]
    self.timeout = timeout
  }

  mutating func next() -> PacketBatch? {
    guard let packet = packets.popFirst() else { return nil }
    // After the last packet, long enough for all queries to time out.
    let now = packets.first?.header.time ?? packet.header.time.advanced(byNanoseconds: 2 * timeout)
    return PacketBatch([packet], now: now)
  }

  mutating func stop() { packets = [] }
}
