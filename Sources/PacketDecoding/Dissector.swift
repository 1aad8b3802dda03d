package import TraceModel

/// Turns captured packets into DNS payloads: reads headers, puts IP fragments together, cuts TCP streams.
///
/// A pure value: no clock but the captures' own times and those given to `advance`, no tasks, no
/// I/O. Every packet pushed is counted in the ledger before `push` returns, and counted anew when
/// it turns out otherwise, so the ledger closes between any two calls. A `body` runs during the
/// call and must keep its hands off the same ledger.
package struct Dissector: ~Copyable, Sendable {
  private let limits: Limits
  private let dnsPorts: PortSet
  private let isAnyPort: Bool
  private var fragments: FragmentTable
  private var streams: StreamTable
  private var proven = ProvenFlows()

  /// - Parameter isAnyPort: whether what looks like DNS counts on other ports than `dnsPorts` too.
  package init(limits: Limits = .init(), dnsPorts: PortSet = .standard, isAnyPort: Bool = true) {
    self.limits = limits
    self.dnsPorts = dnsPorts
    self.isAnyPort = isAnyPort
    fragments = FragmentTable(limits: limits)
    streams = StreamTable(limits: limits)
  }

  /// TCP streams open or remembered.
  package var streamCount: Int { streams.count }
  /// Datagrams of which some fragments are held.
  package var datagramCount: Int { fragments.count }
  /// Octets held for packets still to come.
  package var heldOctets: Int { streams.held + fragments.cost }
  /// The same with the table of streams.
  package var cost: Int { streams.cost + fragments.cost }

  /// Takes one capture and calls `body` with each payload that it completes, in order.
  package mutating func push(
    _ capture: borrowing Capture, ledger: inout Ledger, _ body: (DNSPayload) -> Void
  ) {
    do throws(Refusal) {
      let walk = try HeaderParser(
        capture.bytes.span, link: capture.link, missing: capture.missing,
        depth: limits.maxNesting)
      switch walk.end {
      case .udp(let udp):
        let flow = Flow(udp.transport, walk.ip, udp.source, udp.destination)
        let cut = try GSOSegments(udp, capture.segmentSize)
        let recognition = try recognition(of: flow, cut, capture.bytes.span, in: capture)
        for index in 0..<cut.count {
          body(DNSPayload(capture, cut.range(index), missing: cut.missing(index), flow, recognition))
        }
        ledger.count(cut.count > 0 ? .messageCompleting : .repeated, packets: 1)
      case .tcp(let tcp):
        let packet = Packet(capture, range: tcp.payload, missing: tcp.missing)
        try deliver(packet, tcp, walk.ip, of: capture, ledger: &ledger, body)
      case .fragment(let mark):
        let packet = Packet(capture, range: walk.ip.payload, missing: walk.ip.missing)
        join(packet, mark, walk, of: capture, ledger: &ledger, body)
      }
    } catch {
      ledger.count(error.outcome, packets: 1)
    }
  }

  /// Lets go of what has waited too long at `now`; `body` gets what was kept back by gaps.
  package mutating func advance(
    to now: Timestamp, ledger: inout Ledger, _ body: (DNSPayload) -> Void
  ) {
    fragments.advance(to: now, ledger: &ledger)
    streams.advance(to: now, ledger: &ledger, body)
  }

  /// Ends the input: delivers what was kept back by gaps and counts everything else still held.
  package mutating func finish(ledger: inout Ledger, _ body: (DNSPayload) -> Void) {
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

// MARK: Flows that carry DNS

extension Dissector {
  /// States that a flow has carried a valid message, so that whatever else it carries is DNS too.
  package mutating func prove(_ flow: Flow) { proven.insert(flow) }

  package func isProven(_ flow: Flow) -> Bool { proven.contains(flow) }
}

// MARK: Payloads

extension Dissector {
  private mutating func join(
    _ fragment: Packet, _ mark: FragmentMark, _ walk: HeaderParser, of capture: borrowing Capture,
    ledger: inout Ledger, _ body: (DNSPayload) -> Void
  ) {
    var (fragment, mark, walk) = (fragment, mark, walk)
    // Once more for each tunnel whose packet is a fragment itself.
    while let whole = fragments.accept(fragment, header: walk.ip, mark: mark, ledger: &ledger) {
      let packet = whole.packet
      do throws(Refusal) {
        try walk.resume(packet.storage.span, next: whole.next)
        switch walk.end {
        case .udp(let udp):
          let flow = Flow(udp.transport, walk.ip, udp.source, udp.destination)
          let cut = try GSOSegments(udp, capture.segmentSize)
          let recognition = try recognition(of: flow, cut, packet.storage.span, in: capture)
          for index in 0..<cut.count {
            body(DNSPayload(packet, cut.range(index), missing: cut.missing(index), flow, recognition))
          }
          return ledger.count(cut.count > 0 ? .messageCompleting : .repeated, packets: packet.count)
        case .tcp(let tcp):
          return try deliver(
            packet.part(tcp.payload, missing: tcp.missing), tcp, walk.ip, of: capture, ledger: &ledger,
            body)
        case .fragment(let inner):
          fragment = packet.part(walk.ip.payload, missing: walk.ip.missing)
          mark = inner
        }
      } catch {
        return ledger.count(error.outcome, packets: packet.count)
      }
    }
  }

  private func recognition(of flow: Flow, in capture: borrowing Capture) throws(Refusal) -> Recognition {
    if case .port = capture.recognition { return .port }
    if dnsPorts.covers(flow) { return .port }
    guard isAnyPort else { throw .foreign }
    if case .flow = capture.recognition { return .flow }
    return .shape
  }

  /// As above; where only looks count, what does not look like DNS is refused unless its flow has carried DNS.
  private func recognition(
    of flow: Flow, _ cut: GSOSegments, _ octets: Span<UInt8>, in capture: borrowing Capture
  ) throws(Refusal) -> Recognition {
    let recognition = try recognition(of: flow, in: capture)
    guard case .shape = recognition, !cut.looksLikeDNS(octets) else { return recognition }
    guard proven.contains(flow) else { throw .foreign }
    return .flow
  }

  private mutating func deliver(
    _ packet: Packet, _ tcp: TCPHeader, _ ip: IPHeader, of capture: borrowing Capture,
    ledger: inout Ledger, _ body: (DNSPayload) -> Void
  ) throws(Refusal) {
    let flow = Flow(.tcp, ip, tcp.source, tcp.destination)
    streams.accept(
      Segment(packet, sequence: tcp.payloadSequence, urgent: tcp.urgent), header: tcp,
      expected: capture.expectedSequence, flow: flow,
      isDNSPort: try recognition(of: flow, in: capture) == .port, ledger: &ledger, body)
  }
}

extension Flow {
  fileprivate init(_ transport: Transport, _ ip: IPHeader, _ source: UInt16, _ destination: UInt16) {
    self.init(
      transport: transport, source: Endpoint(address: ip.source, port: source),
      destination: Endpoint(address: ip.destination, port: destination))
  }
}

extension Capture {
  /// How many octets were on the wire after `bytes`; bounded, so that no file can make sequence
  /// arithmetic leave its range.
  fileprivate var missing: Int { max(0, min(max(0, originalLength), 1 << 20) - bytes.count) }
}
