package import TraceModel

/// One DNS message's octets as carried, not decoded yet, and where they came from.
///
/// A class, since it is handed on from the packet to the record: a reference is copied in place of its hundred octets.
package final class DNSPayload: Sendable {
  /// The array that the message lies in: the capture's own when one packet held all of it.
  package let storage: [UInt8]
  /// Where in `storage` the message lies, without the length prefix of TCP (RFC 1035 §4.2.2).
  package let range: Range<Int>
  package let flow: Flow
  /// When the last of the packets that carried it passed.
  package let time: Timestamp
  package let direction: Direction
  package let socketCookie: UInt64
  package let interfaceIndex: UInt32
  package let networkNamespace: UInt32
  /// `port` when one of the ports is a DNS port, else `shape`; never `undecided`.
  package let recognition: Recognition
  /// The party of the packet with the message's first octet, or the first known one after it.
  package let party: Party
  /// Whether its octets came in more than one packet.
  package let isReassembled: Bool
  /// How many octets at its end are missing because a packet was captured short.
  package let missing: Int
  /// The numbers of the captures that it came in, where they have any.
  package let packets: [UInt64]

  package init(
    storage: [UInt8], range: Range<Int>, flow: Flow, time: Timestamp, direction: Direction,
    socketCookie: UInt64 = 0, interfaceIndex: UInt32 = 0, networkNamespace: UInt32 = 0,
    recognition: Recognition = .port, party: Party = .notRecorded,
    isReassembled: Bool = false, missing: Int = 0, packets: [UInt64] = []
  ) {
    self.storage = storage
    self.range = range
    self.flow = flow
    self.time = time
    self.direction = direction
    self.socketCookie = socketCookie
    self.interfaceIndex = interfaceIndex
    self.networkNamespace = networkNamespace
    self.recognition = recognition
    self.party = party
    self.isReassembled = isReassembled
    self.missing = missing
    self.packets = packets
  }
}

extension DNSPayload {
  /// Whether only its start was captured.
  package var isCut: Bool { missing > 0 }
  /// Its length on the wire, in octets.
  package var length: Int { range.count + missing }
}

/// What a payload takes over from the packet that began it.
struct Origin: Sendable {
  var time: Timestamp
  var direction: Direction
  var socketCookie: UInt64
  var interfaceIndex: UInt32
  var networkNamespace: UInt32
  var party: Party
  var packets: [UInt64]

  init(_ capture: borrowing Capture) {
    time = capture.time
    direction = capture.direction
    socketCookie = capture.socketCookie
    interfaceIndex = capture.interfaceIndex
    networkNamespace = capture.networkNamespace
    party = capture.party
    packets = capture.number == 0 ? [] : [capture.number]
  }

  /// Adds a later part's packet: the time of the latest, and its party where none was known.
  mutating func join(_ later: Origin) {
    time = max(time, later.time)
    if case .none = party.method { party = later.party }
    if packets.last != later.packets.last { packets += later.packets }
  }
}

extension DNSPayload {
  /// The payload at `range` of a capture.
  convenience init(
    _ capture: borrowing Capture, _ range: Range<Int>, missing: Int, _ flow: Flow,
    _ recognition: Recognition
  ) {
    self.init(
      storage: capture.bytes, range: range, flow: flow, time: capture.time, direction: capture.direction,
      socketCookie: capture.socketCookie, interfaceIndex: capture.interfaceIndex,
      networkNamespace: capture.networkNamespace, recognition: recognition, party: capture.party,
      missing: missing, packets: capture.number == 0 ? [] : [capture.number])
  }

  /// The payload at `range` of a datagram that was put together.
  convenience init(
    _ packet: Packet, _ range: Range<Int>, missing: Int, _ flow: Flow, _ recognition: Recognition
  ) {
    self.init(
      storage: packet.storage, range: range, flow: flow, recognition: recognition,
      origin: packet.origin, packets: packet.origin.packets, isReassembled: packet.count > 1, missing: missing
    )
  }

  convenience init(
    storage: [UInt8], range: Range<Int>, flow: Flow, recognition: Recognition, origin: Origin,
    packets: [UInt64], isReassembled: Bool, missing: Int
  ) {
    self.init(
      storage: storage, range: range, flow: flow, time: origin.time, direction: origin.direction,
      socketCookie: origin.socketCookie, interfaceIndex: origin.interfaceIndex,
      networkNamespace: origin.networkNamespace, recognition: recognition, party: origin.party,
      isReassembled: isReassembled, missing: missing, packets: packets)
  }
}
