package import TraceModel

/// The octets of one DNS message, not decoded yet, borrowed from its packet or stream.
package struct DNSPayload: ~Escapable {
  /// Without the length prefix of TCP (RFC 1035 §4.2.2).
  package let octets: Span<UInt8>
  /// One element, borrowed: copying it would retain references, and it is larger than most messages.
  package let contexts: Span<MessageContext>

  /// - Parameter contexts: one element.
  @_lifetime(copy octets, copy contexts)
  package init(_ octets: Span<UInt8>, _ contexts: Span<MessageContext>) {
    self.octets = octets
    self.contexts = contexts
  }
}

/// The context of a DNS message: its flow, its socket, its process and its packets.
package struct MessageContext: Sendable {
  package let flow: Flow
  /// According to the flow's addresses and ports, or to the recognition.
  package let service: NameService
  /// `port` if one of the ports is a DNS port, else `shape` or `flow`; `varlink` or `nscd` for a lookup over a unix socket;
  /// never `undecided`.
  package var recognition: Recognition
  /// The time of its last packet.
  package var time: Timestamp
  package var direction: Direction
  package var socketCookie: UInt64
  package var interfaceIndex: UInt32
  package var networkNamespace: UInt32
  /// The attribution of the packet with the message's first octet, or the first known one after it.
  package var attribution: Attribution
  /// The length of the message on the wire, in octets.
  package var length: Int
  /// The number of octets missing at its end because a packet was truncated in the capture.
  package var missing: Int
  /// Whether its octets were in more than one packet.
  package var isReassembled: Bool
  /// See `PacketHeader`.
  package var isInTarget: Bool
  /// The numbers of its packets, if they have numbers.
  package var packets: PacketNumbers

  package init(
    flow: Flow, length: Int, time: Timestamp, direction: Direction, socketCookie: UInt64 = 0,
    interfaceIndex: UInt32 = 0, networkNamespace: UInt32 = 0, recognition: Recognition = .port,
    attribution: Attribution = .notRecorded, isReassembled: Bool = false, missing: Int = 0,
    isInTarget: Bool = false, packets: PacketNumbers = PacketNumbers()
  ) {
    self.flow = flow
    service = NameService(flow, recognition)
    self.length = length
    self.time = time
    self.direction = direction
    self.socketCookie = socketCookie
    self.interfaceIndex = interfaceIndex
    self.networkNamespace = networkNamespace
    self.recognition = recognition
    self.attribution = attribution
    self.isReassembled = isReassembled
    self.missing = missing
    self.isInTarget = isInTarget
    self.packets = packets
  }
}

extension MessageContext {
  /// Whether only the message's start was captured.
  package var isCut: Bool { missing > 0 }
}

/// Receives payloads when they are complete.
package protocol PayloadReceiver: ~Copyable {
  /// Whether a flow has carried a valid message, so that all its traffic is DNS.
  func isProven(_ flow: Flow) -> Bool
  mutating func receive(_ payload: borrowing DNSPayload, ledger: inout Ledger)
}

/// The context of a payload from its first packet.
struct Origin: Sendable {
  var time: Timestamp
  var direction: Direction
  var socketCookie: UInt64
  var interfaceIndex: UInt32
  var networkNamespace: UInt32
  var attribution: Attribution
  var isInTarget: Bool
  var packets: PacketNumbers

  init(_ packet: borrowing PacketView) {
    time = packet.header.time
    direction = packet.header.direction
    socketCookie = packet.header.socketCookie
    interfaceIndex = packet.header.interfaceIndex
    networkNamespace = packet.header.networkNamespace
    attribution = packet.attribution
    isInTarget = packet.header.isInTarget
    packets = PacketNumbers(packet.header.number)
  }

  /// Adds the packet of a later part: the latest time, and the attribution if there was none.
  mutating func join(_ later: Origin) {
    time = max(time, later.time)
    if case .none = attribution.method { attribution = later.attribution }
    if packets.last != later.packets.last { packets += later.packets }
  }
}

extension MessageContext {
  init(
    _ flow: Flow, _ recognition: Recognition, _ origin: Origin, length: Int, packets: PacketNumbers,
    isReassembled: Bool, missing: Int
  ) {
    self.init(
      flow: flow, length: length, time: origin.time, direction: origin.direction,
      socketCookie: origin.socketCookie, interfaceIndex: origin.interfaceIndex,
      networkNamespace: origin.networkNamespace, recognition: recognition, attribution: origin.attribution,
      isReassembled: isReassembled, missing: missing, isInTarget: origin.isInTarget, packets: packets)
  }
}
