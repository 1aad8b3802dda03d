import CNoise
import TraceModel
import Correlation
import DNSWire
import Foundation
import PacketDecoding
import Testing

/// Counts payloads, and those that are messages by their own octets.
private struct Trial: PayloadReceiver {
  private(set) var payloads = 0
  private(set) var messages = 0

  func isProven(_ flow: Flow) -> Bool { false }

  mutating func receive(_ payload: borrowing DNSPayload, ledger: inout Ledger) {
    payloads += 1
    var reader = MessageReader()
    if (try? reader.read(payload, trust: .itself)) != nil { messages += 1 }
  }
}

/// Messages of other protocols are not classified as DNS, by the kernel's test of the shape and user space's parsing together.
///
/// `NOISE=1000000 swift test --filter NoiseTests` generates that many of each.
struct NoiseTests {
  static let count = ProcessInfo.processInfo.environment["NOISE"].flatMap { Int($0) } ?? 20_000

  /// A datagram to another port (RFC 791 §3.1, RFC 768).
  private static func packet(_ message: [UInt8]) -> Capture {
    func short(_ value: Int) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xff)] }
    return Capture(
      bytes: [0x45, 0] + short(28 + message.count) + [0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2]
        + short(40000) + short(5300) + short(8 + message.count) + [0, 0] + message,
      time: Timestamp(nanoseconds: 0), direction: .egress)
  }

  @Test(arguments: 0..<noise_count) func `no message of another protocol is classified as DNS`(
    protocol number: Int
  ) {
    let name = unsafe String(cString: noise_at(number).pointee.name)
    var dissector = Dissector()
    var ledger = Ledger()
    var octets = [UInt8](repeating: 0, count: Int(NOISE_ROOM))
    var taken = 0
    for index in 0..<Self.count {
      let length = unsafe noise_at(number).pointee.make(&octets)
      let isTaken = unsafe kernel_takes(&octets, length)
      if isTaken { taken += 1 }
      // User space has the same test; most of those that the kernel refuses are skipped.
      guard isTaken || index < 20_000 else { continue }
      let message = Array(octets.prefix(length))
      var trial = Trial()
      _ = dissector.push(Self.packet(message).view, into: &trial, ledger: &ledger)
      #expect((trial.payloads > 0) == isTaken, "\(name) \(message)")
      #expect(trial.messages == 0, "\(name) \(message)")
    }
    print("\(name): \(taken) of \(Self.count) look like DNS, none is taken")
  }
}
