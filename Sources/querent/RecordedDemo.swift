import CaptureFiles
import Captures
import Correlation
import Formats
import HostSystem
import KernelProbe

/// The rehearsal as it went on a host that allows it, for hosts that do not: a capture with processes, in the
/// program itself (see `Scripts/record-demo`).
enum RecordedDemo {
  /// Says what is missing, and shows the recording through the same line.
  static func show(_ format: Format, insteadOf missing: Failure) throws {
    _ = missing.leave()
    let witness = Witness()
    let captures = try captures()
    Terminal.write(
      "RECORDED  not this host: querent showed this on another one, and replays it from a capture\n\n", to: 1)
    let ledger = try replay(captures, format, witness)
    Terminal.write("\n\(ledger.text)", to: 1)
    let count = witness.exchanges.count
    guard count > 0, ledger.closes, witness.exchanges.allSatisfy({ $0.party.owner != nil }) else {
      throw Failure(
        "the recording is damaged", advice: "please report this with the lines above", code: .wrong
      ).leave()
    }
    Terminal.write(
      "  verdict   RECORDED: \(count) exchanges of another host; on this one nothing was traced\n", to: 1)
  }

  private static let interfaces = InterfaceTable()

  private static func captures() throws -> [Capture] {
    var octets = Base64.decode(base64)[...]
    var inflater = try Inflater()
    var reader = CaptureFileReader(interfaces: interfaces)
    var captures: [Capture] = []
    while let piece = try inflater.next(&octets) { try reader.push(piece) { captures.append($0) } }
    try reader.finish()
    return captures
  }

  private static func replay(_ captures: [Capture], _ format: Format, _ witness: Witness) throws -> Ledger {
    let host = Host(
      interfaceName: { index, _ in interfaces.name(index) },
      clockOffset: { Clock.offset(at: $0.nanoseconds / 1_000_000_000) })
    let timeout: Int64 = 1_000_000_000
    let output = try Output(to: .descriptor(1), pressure: .wait(until: { false })) {}
    var line = Line(
      Line.Settings(timeout: timeout, dnsPorts: ProbePlan.wellKnownPorts),
      encoder: Witnessed(encoder: format.encoder(host: host, for: .descriptor(1)), witness: witness) {})
    let emit = output.emit
    line.start(emit)
    for capture in captures {
      line.advance(to: capture.time, emit)
      line.enter { ledger in
        ledger.seen += 1
        ledger.recognised += 1
      }
      line.push(capture, emit)
    }
    // Until nobody waits any more.
    if let last = captures.last { line.advance(to: last.time.advanced(byNanoseconds: 2 * timeout), emit) }
    line.finish(emit)
    line.enter(output.finish(within: 2000))
    return line.ledger
  }
}
