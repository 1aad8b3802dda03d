import CNoise
import Foundation
import Testing
import Traffic

@testable import PacketDecoding

/// The kernel and user space agree on the shape of DNS: `BPF/recognise.h`, compiled for this host, and `MessageShape`
/// classify the same messages.
///
/// `SHAPE_SEED=7 swift test --filter KernelShapeTests` generates the same messages again; `SHAPES` is their number.
struct KernelShapeTests {
  static let count = number("SHAPES") ?? 1_000_000
  static let seed = number("SHAPE_SEED") ?? Int.random(in: 0...Int(Int32.max))

  private static func number(_ name: String) -> Int? {
    ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
  }

  @Test func `a million messages get the same verdict in the kernel and in user space`() {
    var messages = NearMessages(seed: UInt64(Self.seed))
    var accepted = 0
    var failures = 0
    for _ in 0..<Self.count where failures < 10 {
      messages.next()
      let verdicts = Verdicts(on: messages)
      if verdicts.user { accepted += 1 }
      guard let difference = verdicts.difference else { continue }
      failures += 1
      Issue.record(
        "\(difference): \(messages.hexadecimal) of \(messages.length) octets, SHAPE_SEED=\(Self.seed)")
    }
    // Otherwise most of the rules were not tested.
    #expect(accepted > Self.count / 10 && accepted < Self.count * 9 / 10)
  }
}

/// The results of the four tests for one message.
private struct Verdicts {
  let user: Bool
  let kernel: Bool
  /// The kernel's where the length is unknown.
  let kernelWithoutLength: Bool
  /// User space's where only the header was captured.
  let userWithoutLabel: Bool

  init(on messages: borrowing NearMessages) {
    let (start, length) = (messages.start, messages.length)
    user = MessageShape(length: length, available: length) { start[$0] }?.looksLikeDNS ?? false
    userWithoutLabel = MessageShape(length: length, available: 12) { start[$0] }?.looksLikeDNS ?? false
    kernel = unsafe kernel_takes(start, length)
    kernelWithoutLength = unsafe kernel_may_take(start)
  }

  /// The disagreement, if any.
  var difference: String? {
    if kernel != user { return "the kernel says \(kernel), user space \(user)" }
    if user && !kernelWithoutLength { return "the kernel refuses it where it does not know the length" }
    if user && !userWithoutLabel { return "user space refuses it where only the header was captured" }
    return nil
  }
}

/// The first octets of random messages, most of which differ from a real message in a few octets.
private struct NearMessages {
  private static let real = WrittenMessage.all.map(\.octets).filter { $0.count > 12 }
  private static let counts: [UInt16] = [0, 0, 0, 1, 1, 2, 3, 4, 5, 63, 64, 65, 255, 256, 511, 512, 513]
  private static let labels: [UInt8] = [0, 1, 3, 7, 32, 62, 63, 64, 65, 0x80, 0xc0, 0xff]

  private var random: SeededGenerator
  /// As many as the kernel reads.
  private(set) var start = [UInt8](repeating: 0, count: Int(KERNEL_PROBE_LENGTH))
  private(set) var length = 0

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  var hexadecimal: String { start.map { String(format: "%02x", $0) }.joined(separator: " ") }

  mutating func next() {
    if draw(8) == 0 { takeRandom() } else { takeReal() }
    for _ in 0..<draw(4) { mutate() }
  }

  private mutating func takeRandom() {
    let (first, second) = (random.next(), random.next())
    for place in 0..<8 { start[place] = UInt8(truncatingIfNeeded: first >> UInt64(8 * place)) }
    for place in 8..<13 { start[place] = UInt8(truncatingIfNeeded: second >> UInt64(8 * place - 64)) }
    length = draw(2) == 0 ? draw(120) : draw(65_536)
  }

  private mutating func takeReal() {
    let message = Self.real[draw(Self.real.count)]
    for place in 0..<13 { start[place] = message[place] }
    length = message.count
  }

  private mutating func mutate() {
    switch draw(11) {
    case 0: start[2] = start[2] & 0x87 | UInt8(draw(16)) << 3
    // A stateful operation, mostly without records (RFC 8490 §5.4).
    case 1:
      start[2] = start[2] & 0x87 | 6 << 3
      for place in 4..<12 where draw(8) > 0 { start[place] = 0 }
    case 2: start[2] ^= 0x80
    case 3: start[2] ^= 0x02
    case 4: start[3] = UInt8(draw(256))
    case 5, 6:
      let (place, count) = (4 + 2 * draw(4), Self.counts[draw(Self.counts.count)])
      start[place] = UInt8(count >> 8)
      start[place + 1] = UInt8(count & 0xff)
    // No question: the first label is that of a record.
    case 7: (start[4], start[5]) = (0, 0)
    case 8: start[12] = Self.labels[draw(Self.labels.count)]
    // Shorter: the header alone, around what its counts need, or anywhere.
    case 9: length = [11, 12, 13, 14, 15, 16, 17, 23, 24, 28, 29][draw(11)]
    default: length = draw(max(length, 1)) + draw(2)
    }
  }

  /// From 0 up to `bound`, without it: `Int.random` takes most of a test's time in a debug build.
  private mutating func draw(_ bound: Int) -> Int {
    Int(truncatingIfNeeded: random.next() >> 33) % bound
  }
}
