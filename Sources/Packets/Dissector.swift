package import Captures

/// Turns captured packets into DNS payloads: headers, IP fragments put together, TCP streams cut into messages.
///
/// A pure value: no clock but the captures' own times and those given to `advance`, no tasks, no
/// I/O. Every packet pushed is counted in the ledger before `push` returns, and counted anew when
/// it turns out otherwise, so the ledger closes between any two calls.
package struct Dissector: ~Copyable, Sendable {
  private let limits: Limits
  private let dnsPorts: PortSet
  private var fragments: FragmentTable
  private var streams: StreamTable

  package init(limits: Limits = .init(), dnsPorts: PortSet = .standard) {
    self.limits = limits
    self.dnsPorts = dnsPorts
    fragments = FragmentTable(limits: limits)
    streams = StreamTable(limits: limits)
  }

  /// TCP streams open or remembered.
  package var streamCount: Int { streams.count }
  /// Datagrams of which some fragments are held.
  package var datagramCount: Int { fragments.count }
  /// Octets held for packets still to come.
  package var heldOctets: Int { streams.cost + fragments.cost }

  /// Takes one capture and calls `body` with each payload that it completes, in order.
  package mutating func push(
    _ capture: borrowing Capture, ledger: inout Ledger, _ body: (Payload) -> Void
  ) {
    var packet = Packet(capture)
    do throws(Refusal) {
      try packet.strip { (octets, range) throws(Refusal) in
        try LinkHeader.skip(capture.link, octets, &range)
      }
      try dissect(&packet, of: capture, ledger: &ledger, body)
    } catch {
      ledger.count(error == .malformed ? .malformed : .foreign, packets: packet.count)
    }
  }

  /// Lets go of what has waited too long at `now`; `body` gets what was kept back by gaps.
  package mutating func advance(
    to now: Timestamp, ledger: inout Ledger, _ body: (Payload) -> Void
  ) {
    fragments.advance(to: now, ledger: &ledger)
    streams.advance(to: now, ledger: &ledger, body)
  }

  /// Ends the input: delivers what was kept back by gaps and counts everything else still held.
  package mutating func finish(ledger: inout Ledger, _ body: (Payload) -> Void) {
    fragments.finish(ledger: &ledger)
    streams.finish(ledger: &ledger, body)
  }
}

extension Dissector {
  /// As `advance(to:ledger:_:)`, but what a gap kept back is counted as unassembled.
  package mutating func advance(to now: Timestamp, ledger: inout Ledger) {
    fragments.advance(to: now, ledger: &ledger)
    streams.letGo(at: now, ledger: &ledger)
  }

  /// As `finish(ledger:_:)`, but what a gap kept back is counted as unassembled.
  package mutating func finish(ledger: inout Ledger) {
    fragments.finish(ledger: &ledger)
    streams.letGo(ledger: &ledger)
  }
}

// MARK: Headers

extension Dissector {
  /// Reads IP headers and what is inside them until there is a payload.
  private mutating func dissect(
    _ packet: inout Packet, of capture: borrowing Capture, ledger: inout Ledger,
    _ body: (Payload) -> Void
  ) throws(Refusal) {
    for _ in 0...max(limits.maxNesting, 0) {
      var header = try IPHeader(packet.storage.span, at: packet.range, missing: packet.missing)
      packet.range = header.payload
      packet.missing = header.missing
      if let mark = header.fragment {
        guard
          let whole = fragments.accept(packet, header: header, mark: mark, ledger: &ledger)
        else { return }
        packet = whole.packet
        header.next = whole.next
        let nested = try packet.strip { (octets, range) throws(Refusal) in
          try IPHeader.skipExtensions(octets, &header.next, &range)
        }
        // There is one fragment header at most (RFC 8200 §4.1).
        guard nested == nil else { throw .malformed }
      }
      switch header.next {
      case 17:
        let udp = try UDPHeader(packet.storage.span, at: packet.range, missing: packet.missing)
        packet.range = udp.payload
        packet.missing = udp.missing
        if try skipTunnel(to: udp.destination, &packet) { continue }
        return try deliver(packet, udp, header, of: capture, ledger: &ledger, body)
      case 6:
        let tcp = try TCPHeader(packet.storage.span, at: packet.range)
        packet.range = tcp.payload
        return deliver(packet, tcp, header, of: capture, ledger: &ledger, body)
      case 4, 41: continue  // IP in IP (RFC 2003, RFC 4213 §3)
      case 47: try packet.strip(Tunnel.skipGRE)
      default: throw .foreign
      }
    }
    throw .foreign
  }

  private func skipTunnel(to port: UInt16, _ packet: inout Packet) throws(Refusal) -> Bool {
    switch port {
    case 4789: try packet.strip(Tunnel.skipVXLAN)
    case 6081: try packet.strip(Tunnel.skipGeneve)
    default: false
    }
  }

  private mutating func deliver(
    _ packet: Packet, _ tcp: TCPHeader, _ ip: IPHeader, of capture: borrowing Capture,
    ledger: inout Ledger, _ body: (Payload) -> Void
  ) {
    let flow = Flow(
      transport: .tcp, source: Endpoint(address: ip.source, port: tcp.source),
      destination: Endpoint(address: ip.destination, port: tcp.destination))
    streams.accept(
      Segment(packet, sequence: tcp.payloadSequence), header: tcp,
      expected: capture.expectedSequence, flow: flow,
      isDNSPort: capture.recognition == .port || dnsPorts.covers(flow), ledger: &ledger, body)
  }

  private func deliver(
    _ packet: Packet, _ udp: UDPHeader, _ ip: IPHeader, of capture: borrowing Capture,
    ledger: inout Ledger, _ body: (Payload) -> Void
  ) throws(Refusal) {
    let length = packet.range.count + packet.missing
    // An empty datagram repeats nothing, but like an empty segment it brings nothing either.
    if length == 0 { return ledger.count(.repeated, packets: packet.count) }
    if packet.range.isEmpty { throw .malformed }
    let flow = Flow(
      transport: .udp, source: Endpoint(address: ip.source, port: udp.source),
      destination: Endpoint(address: ip.destination, port: udp.destination))
    let isDNSPort = capture.recognition == .port || dnsPorts.covers(flow)
    let size = capture.segmentSize > 0 ? min(capture.segmentSize, length) : length
    // The kernel never cuts one send into more than 128.
    guard (length - 1) / size < 128 else { throw .malformed }
    if !isDNSPort {
      let octets = packet.storage.span.extracting(packet.range)
      let shape = MessageShape(length: size, available: min(size, octets.count)) {
        octets[$0]
      }
      guard let shape, shape.looksLikeDNS else { throw .foreign }
    }
    let end = packet.range.lowerBound + length
    for start in stride(from: packet.range.lowerBound, to: packet.range.upperBound, by: size) {
      let next = min(start + size, end)
      body(
        Payload(
          storage: packet.storage, range: start..<min(next, packet.range.upperBound), flow: flow,
          recognition: isDNSPort ? .port : .shape, origin: packet.origin,
          isReassembled: packet.count > 1, isCut: next > packet.range.upperBound))
    }
    ledger.count(.carrying, packets: packet.count)
  }
}
