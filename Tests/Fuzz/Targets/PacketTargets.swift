import TraceModel
import DNSWire
import PacketDecoding

/// A dissector whose invariants are checked after every step.
struct Watch: ~Copyable {
  private var dissector: Dissector
  private var ledger = Ledger()
  private var payloads = CheckedPayloads()
  private let limits: Limits

  init(_ limits: Limits = Limits()) {
    self.limits = limits
    dissector = Dissector(limits: limits)
  }

  mutating func push(_ capture: Capture) {
    ledger.seen += 1
    ledger.recognised += 1
    _ = dissector.push(capture.view, into: &payloads, ledger: &ledger)
    check()
  }

  mutating func advance(to time: Timestamp) {
    dissector.advance(to: time, into: &payloads, ledger: &ledger)
    check()
  }

  mutating func finish() {
    dissector.finish(into: &payloads, ledger: &ledger)
    check()
    precondition(dissector.heldOctets == 0 && dissector.streamCount == 0 && dissector.datagramCount == 0)
  }

  private func check() {
    precondition(ledger.packetDifference == 0, "the ledger does not balance")
    precondition(
      dissector.heldOctets <= limits.maxStreamBytes + limits.maxFragmentBytes, "too much is held")
    precondition(dissector.streamCount <= limits.maxStreams && dissector.datagramCount <= limits.maxDatagrams)
  }
}

/// Decodes each payload.
private struct CheckedPayloads: PayloadReceiver, ~Copyable {
  private var reader = MessageReader()

  func isProven(_ flow: Flow) -> Bool { false }

  mutating func receive(_ payload: borrowing DNSPayload, ledger: inout Ledger) {
    precondition(payload.contexts[0].length >= payload.octets.count)
    _ = try? reader.read(payload.octets, extent: payload.contexts[0].isCut ? .start : .whole)
  }
}

extension Limits {
  /// Small limits, so that they are reached.
  static var tight: Limits {
    var limits = Limits()
    limits.maxDatagrams = 3
    limits.maxFragmentBytes = 4096
    limits.maxFragmentsPerDatagram = 8
    limits.maxStreams = 4
    limits.maxStreamBytes = 16384
    limits.maxHeldBytes = 4096
    limits.maxHeldSegments = 6
    return limits
  }
}

func fuzzPacket(_ octets: [UInt8]) {
  let links: [UInt32] = [101, 1, 0, 10, 12, 14, 50, 108, 113, 228, 229, 276]
  var supply = Supply(octets)
  var watch = Watch()
  var time: Int64 = 0
  while !supply.isEmpty {
    let link = LinkType(rawValue: links[Int(supply.octet()) % links.count])
    let bytes = supply.take(Int(supply.short()))
    time += 1_000_000
    watch.push(
      Capture(
        bytes: bytes, link: link, originalLength: bytes.count + Int(supply.octet() & 1) * 300,
        time: Timestamp(nanoseconds: time), direction: .ingress, recognition: .undecided))
  }
  watch.finish()
}

func fuzzFragments(_ octets: [UInt8]) {
  var supply = Supply(octets)
  var watch = Watch(supply.octet() & 1 == 0 ? Limits() : .tight)
  var time: Int64 = 0
  while !supply.isEmpty {
    let choice = supply.octet()
    time += choice & 0x20 == 0 ? 1_000_000 : 20_000_000_000
    let offset = supply.short() & 0x1FFF
    let data = supply.take(Int(supply.octet()) * 8 + (choice & 0x40 == 0 ? 0 : 5))
    let packet =
      choice & 1 == 0
      ? ipv4(id: choice >> 2 & 3, offset: offset, more: choice & 2 != 0, data)
      : ipv6(id: choice >> 2 & 3, offset: offset, more: choice & 2 != 0, data)
    watch.push(
      Capture(
        bytes: packet, originalLength: packet.count + (choice & 0x80 == 0 ? 0 : 64),
        time: Timestamp(nanoseconds: time), direction: .ingress, recognition: .undecided))
    if choice & 0x20 != 0 { watch.advance(to: Timestamp(nanoseconds: time)) }
  }
  watch.finish()
}

/// A fragment of a UDP datagram (RFC 791 §3.1).
private func ipv4(id: UInt8, offset: UInt16, more: Bool, _ data: [UInt8]) -> [UInt8] {
  let length = 20 + data.count
  let place = (more ? 0x2000 : 0) | offset
  return [0x45, 0, UInt8(length >> 8), UInt8(length & 0xFF), 0, id, UInt8(place >> 8), UInt8(place & 0xFF)]
    + [64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 53] + data
}

/// The same in IPv6 (RFC 8200 §4.5).
private func ipv6(id: UInt8, offset: UInt16, more: Bool, _ data: [UInt8]) -> [UInt8] {
  let length = 8 + data.count
  let place = offset << 3 | (more ? 1 : 0)
  let address: [UInt8] = [0x20, 1, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11)
  return [0x60, 0, 0, 0, UInt8(length >> 8), UInt8(length & 0xFF), 44, 64] + address + [1] + address + [53]
    + [17, 0, UInt8(place >> 8), UInt8(place & 0xFF), 0, 0, 0, id] + data
}

func fuzzStream(_ octets: [UInt8]) {
  var supply = Supply(octets)
  var watch = Watch(supply.octet() & 1 == 0 ? Limits() : .tight)
  let isKnownPort = supply.octet() & 1 == 0
  var next: [UInt32] = [1000, 0xFFFF_FF00]
  var time: Int64 = 0
  while !supply.isEmpty {
    let choice = supply.octet()
    let direction = Int(choice & 1)
    // Mostly in order, else before or after that.
    let shift = choice & 2 == 0 ? 0 : Int32(Int8(bitPattern: supply.octet())) * (choice & 4 == 0 ? 1 : 64)
    let data = supply.take(Int(supply.octet()))
    time += choice & 8 == 0 ? 1_000_000 : 11_000_000_000
    let sequence = next[direction] &+ UInt32(bitPattern: shift)
    next[direction] = sequence &+ UInt32(data.count) &+ (choice & 0x10 == 0 ? 0 : 1)
    let flags: UInt8 =
      0x10 | (choice & 0x10 == 0 ? 0 : 2) | (choice & 0x20 == 0 ? 0 : 1) | (choice & 0x40 == 0 ? 0 : 4)
    watch.push(
      Capture(
        bytes: tcp(isKnownPort ? 53 : 5300, direction, sequence, flags, data),
        originalLength: 40 + data.count + (choice & 0x80 == 0 ? 0 : 100), time: Timestamp(nanoseconds: time),
        direction: .ingress, recognition: .undecided))
    if choice & 8 != 0 { watch.advance(to: Timestamp(nanoseconds: time)) }
  }
  watch.finish()
}

private func tcp(
  _ port: UInt16, _ direction: Int, _ sequence: UInt32, _ flags: UInt8, _ data: [UInt8]
) -> [UInt8] {
  let length = 40 + data.count
  let ports: [UInt16] = direction == 0 ? [40000, port] : [port, 40000]
  let addresses: [UInt8] = direction == 0 ? [192, 0, 2, 1, 192, 0, 2, 53] : [192, 0, 2, 53, 192, 0, 2, 1]
  return [0x45, 0, UInt8(length >> 8), UInt8(length & 0xFF), 0, 1, 0x40, 0, 64, 6, 0, 0] + addresses
    + ports.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: sequence >> $0) } + [0, 0, 0, 0, 0x50, flags]
    + [1, 0, 0, 0, 0, 0] + data
}
