/// The properties of one packet besides its octets and its process: a trivial value.
package struct PacketHeader: Hashable, Sendable {
  package var link: LinkType
  /// The length of the packet on the wire, in octets; more than was captured when it was cut.
  package var originalLength: Int
  package var time: Timestamp
  package var direction: Direction
  /// The kernel's socket cookie; 0 if the packet has no socket.
  package var socketCookie: UInt64
  /// The interface index in its network namespace; 0 if unknown.
  package var interfaceIndex: UInt32
  /// The inode of the socket's network namespace; 0 if unknown.
  package var networkNamespace: UInt32
  /// The segment size if one UDP send has several datagrams behind one header (UDP GSO); else 0.
  package var segmentSize: Int
  /// The TCP sequence number that the socket expected or was about to send; nil if unknown.
  package var expectedSequence: UInt32?
  package var recognition: Recognition
  /// Whether its socket was created in the traced cgroup, or below it; false if no cgroup was chosen.
  package var isInTarget = false
  /// Its number in the input, from 1, if a subscriber takes packets; else 0.
  package var number: UInt64 = 0

  package init(
    link: LinkType = .raw, originalLength: Int, time: Timestamp, direction: Direction,
    socketCookie: UInt64 = 0,
    interfaceIndex: UInt32 = 0, networkNamespace: UInt32 = 0, segmentSize: Int = 0,
    expectedSequence: UInt32? = nil, recognition: Recognition = .shape
  ) {
    self.link = link
    self.originalLength = originalLength
    self.time = time
    self.direction = direction
    self.socketCookie = socketCookie
    self.interfaceIndex = interfaceIndex
    self.networkNamespace = networkNamespace
    self.segmentSize = segmentSize
    self.expectedSequence = expectedSequence
    self.recognition = recognition
  }
}

/// The first header of a captured packet, by its LINKTYPE number
/// (https://www.tcpdump.org/linktypes.html).
package struct LinkType: RawRepresentable, Hashable, Sendable {
  package let rawValue: UInt32

  package init(rawValue: UInt32) { self.rawValue = rawValue }

  /// An IPv4 or IPv6 header without a link header (LINKTYPE_RAW).
  package static let raw = LinkType(rawValue: 101)
  package static let ethernet = LinkType(rawValue: 1)
}

/// Why a packet was classified as DNS.
package enum Recognition: UInt8, Sendable {
  /// One of its ports is a DNS port; its octets are not considered.
  case port = 0
  /// Its octets have the shape of a DNS message.
  case shape = 1
  /// The start of a TCP stream, too short to decide yet.
  case undecided = 2
  /// Its flow has carried DNS before; its octets are not considered.
  case flow = 3
  /// Not a packet, but octets between a program and systemd-resolved over a unix socket.
  case varlink = 4
  /// The same with nscd.
  case nscd = 5

  /// Whether it is a lookup over a unix socket: octets of a stream. Its direction is that of the client, and its cookie is
  /// that of the client's socket. A length of 0 means that the server has received.
  package var isLocalLookup: Bool { self == .varlink || self == .nscd }
}
