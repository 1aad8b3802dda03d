package import TraceModel

/// Turns captured packets into DNS payloads: parses headers, reassembles IP fragments, splits TCP streams.
///
/// A pure value: no clock except the captures' own times and those given to `advance`, no tasks, no
/// I/O. Every packet is counted in the ledger before `push` returns, and its count is changed if a later packet
/// decides otherwise, so the ledger balances between any two calls.
package struct Dissector: ~Copyable, Sendable {
  private let limits: Limits
  private let dnsPorts: PortSet
  private let isAnyPort: Bool
  private var fragments: FragmentTable
  private var streams: StreamTable

  /// - Parameter isAnyPort: whether messages with the shape of DNS count on ports other than `dnsPorts` too.
  package init(limits: Limits = .init(), dnsPorts: PortSet = .standard, isAnyPort: Bool = true) {
    self.limits = limits
    self.dnsPorts = dnsPorts
    self.isAnyPort = isAnyPort
    fragments = FragmentTable(limits: limits)
    streams = StreamTable(limits: limits)
  }

  /// The number of TCP streams that are open or remembered.
  package var streamCount: Int { streams.count }
  /// The number of incomplete datagrams.
  package var datagramCount: Int { fragments.count }
  /// The octets held in incomplete messages.
  package var heldOctets: Int { streams.held + fragments.cost }
  /// The same with the table of streams.
  package var cost: Int { streams.cost + fragments.cost }

  /// Takes one packet, and passes each payload that it completes to `receiver`, in order.
  ///
  /// - Returns: the packet's count; a later packet may change that of one that was `continuing`.
  package mutating func push<Receiver: PayloadReceiver & ~Copyable>(
    _ packet: borrowing PacketView, into receiver: inout Receiver, ledger: inout Ledger
  ) -> PacketOutcome {
    do throws(Refusal) {
      let parser = try HeaderParser(
        packet.octets, link: packet.header.link, missing: packet.missing, depth: limits.maxNesting)
      switch parser.end {
      case .udp(let udp):
        let flow = Flow(udp.transport, parser.ip, udp.source, udp.destination)
        let segments = try GSOSegments(udp, packet.header.segmentSize)
        let recognition = try recognition(of: flow, segments, packet.octets, in: packet.header, receiver)
        let header = packet.header
        for index in 0..<segments.count {
          let range = segments.range(index)
          let missing = segments.missing(index)
          let context: InlineArray<1, _> = [
            MessageContext(
              flow: flow, length: range.count + missing, time: header.time, direction: header.direction,
              socketCookie: header.socketCookie, interfaceIndex: header.interfaceIndex,
              networkNamespace: header.networkNamespace, recognition: recognition,
              attribution: packet.attribution,
              missing: missing, isInTarget: header.isInTarget, packets: PacketNumbers(header.number))
          ]
          receiver.receive(DNSPayload(packet.octets.extracting(range), context.span), ledger: &ledger)
        }
        return ledger.count(segments.count > 0 ? .messageCompleting : .repeated, packets: 1)
      case .tcp(let tcp):
        let segment = Segment(
          packet.octets.extracting(tcp.payload), sequence: tcp.payloadSequence, missing: tcp.missing,
          urgent: tcp.urgent, packets: 1, origin: Origin(packet))
        return try deliver(segment, tcp, parser.ip, of: packet.header, into: &receiver, ledger: &ledger)
      case .fragment(let mark):
        let fragment = HeldPacket(packet.octets.extracting(parser.ip.payload), origin: Origin(packet))
        return join(fragment, mark, parser, of: packet.header, into: &receiver, ledger: &ledger)
      }
    } catch {
      return ledger.count(error.outcome, packets: 1)
    }
  }

  /// Drops what has waited too long at `now`; passes to `receiver` the messages behind gaps.
  package mutating func advance<Receiver: PayloadReceiver & ~Copyable>(
    to now: Timestamp, into receiver: inout Receiver, ledger: inout Ledger
  ) {
    fragments.advance(to: now, ledger: &ledger)
    streams.advance(to: now, into: &receiver, ledger: &ledger)
  }

  /// Ends the input: delivers the messages behind gaps and counts everything else that is held.
  package mutating func finish<Receiver: PayloadReceiver & ~Copyable>(
    into receiver: inout Receiver, ledger: inout Ledger
  ) {
    fragments.finish(ledger: &ledger)
    streams.finish(into: &receiver, ledger: &ledger)
  }
}

// MARK: Payloads

extension Dissector {
  private mutating func join<Receiver: PayloadReceiver & ~Copyable>(
    _ fragment: HeldPacket, _ mark: FragmentMark, _ parser: HeaderParser, of header: PacketHeader,
    into receiver: inout Receiver, ledger: inout Ledger
  ) -> PacketOutcome {
    var (fragment, mark, parser) = (fragment, mark, parser)
    // Again for each tunnel whose packet is a fragment itself.
    while true {
      let packet: HeldPacket
      switch fragments.accept(
        fragment, missing: parser.ip.missing, header: parser.ip, mark: mark, ledger: &ledger)
      {
      case .counted(let outcome): return outcome
      case .completed(let whole, let next):
        packet = whole
        do throws(Refusal) {
          try parser.resume(packet.octets.span, next: next)
          switch parser.end {
          case .udp(let udp):
            let flow = Flow(udp.transport, parser.ip, udp.source, udp.destination)
            let segments = try GSOSegments(udp, header.segmentSize)
            let recognition = try recognition(of: flow, segments, packet.octets.span, in: header, receiver)
            for index in 0..<segments.count {
              let range = segments.range(index)
              let missing = segments.missing(index)
              let context: InlineArray<1, _> = [
                MessageContext(
                  flow, recognition, packet.origin, length: range.count + missing,
                  packets: packet.origin.packets, isReassembled: packet.count > 1, missing: missing)
              ]
              receiver.receive(
                DNSPayload(packet.octets.span.extracting(range), context.span), ledger: &ledger)
            }
            return ledger.count(segments.count > 0 ? .messageCompleting : .repeated, packets: packet.count)
          case .tcp(let tcp):
            let segment = Segment(
              packet.octets.span.extracting(tcp.payload), sequence: tcp.payloadSequence, missing: tcp.missing,
              urgent: tcp.urgent, packets: packet.count, origin: packet.origin)
            return try deliver(segment, tcp, parser.ip, of: header, into: &receiver, ledger: &ledger)
          case .fragment(let inner):
            fragment = HeldPacket(
              packet.octets.span.extracting(parser.ip.payload), count: packet.count, origin: packet.origin)
            mark = inner
          }
        } catch {
          return ledger.count(error.outcome, packets: packet.count)
        }
      }
    }
  }

  private func recognition(
    of flow: Flow, in header: borrowing PacketHeader
  ) throws(Refusal) -> Recognition {
    if case .port = header.recognition { return .port }
    if dnsPorts.covers(flow) { return .port }
    guard isAnyPort else { throw .foreign }
    if case .flow = header.recognition { return .flow }
    return .shape
  }

  /// As above; where only the shape decides, payload without the shape of DNS is refused unless its flow has carried DNS.
  private func recognition<Receiver: PayloadReceiver & ~Copyable>(
    of flow: Flow, _ segments: GSOSegments, _ octets: Span<UInt8>, in header: borrowing PacketHeader,
    _ receiver: borrowing Receiver
  ) throws(Refusal) -> Recognition {
    let recognition = try recognition(of: flow, in: header)
    guard case .shape = recognition, !segments.looksLikeDNS(octets) else { return recognition }
    guard receiver.isProven(flow) else { throw .foreign }
    return .flow
  }

  private mutating func deliver<Receiver: PayloadReceiver & ~Copyable>(
    _ segment: borrowing Segment, _ tcp: TCPHeader, _ ip: IPHeader, of header: borrowing PacketHeader,
    into receiver: inout Receiver, ledger: inout Ledger
  ) throws(Refusal) -> PacketOutcome {
    let flow = Flow(.tcp, ip, tcp.source, tcp.destination)
    return streams.accept(
      segment, header: tcp, expected: header.expectedSequence, flow: flow,
      isDNSPort: try recognition(of: flow, in: header) == .port, into: &receiver, ledger: &ledger)
  }
}

extension Flow {
  fileprivate init(_ transport: Transport, _ ip: IPHeader, _ source: UInt16, _ destination: UInt16) {
    self.init(
      transport: transport, source: Endpoint(address: ip.source, port: source),
      destination: Endpoint(address: ip.destination, port: destination))
  }
}

extension PacketView {
  /// The number of octets on the wire after the captured ones; bounded, so that no file can cause an
  /// overflow of sequence numbers.
  fileprivate var missing: Int { max(0, min(max(0, header.originalLength), 1 << 20) - octets.count) }
}
