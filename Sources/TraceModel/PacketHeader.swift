/// What is known of one packet besides its octets and its process: a trivial value.
package struct PacketHeader: Hashable, Sendable {
  package var link: LinkType
  /// The length of the packet on the wire, in octets; more than was captured when it was cut.
  package var originalLength: Int
  package var time: Timestamp
  package var direction: Direction
  /// The kernel's socket cookie; 0 when the packet has no socket.
  package var socketCookie: UInt64
  /// The interface index in its network namespace; 0 when unknown.
  package var interfaceIndex: UInt32
  /// The inode of the socket's network namespace; 0 when unknown.
  package var networkNamespace: UInt32
  /// Segment size when one UDP send carries several datagrams behind one header (UDP GSO); else 0.
  package var segmentSize: Int
  /// The TCP sequence number that the socket expected or was about to send; nil when unknown.
  package var expectedSequence: UInt32?
  package var recognition: Recognition
  /// Whether its socket was made in the cgroup that is traced, or below it; false where no cgroup was chosen.
  package var isInTarget = false
  /// Its place in the input, from 1, where a subscriber takes packets; else 0.
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

  /// An IPv4 or IPv6 header straight away (LINKTYPE_RAW).
  package static let raw = LinkType(rawValue: 101)
  package static let ethernet = LinkType(rawValue: 1)
}

/// Why a packet was taken for DNS.
package enum Recognition: UInt8, Sendable {
  /// One of its ports is a DNS port, whatever its bytes look like.
  case port = 0
  /// Its bytes look like a DNS message.
  case shape = 1
  /// The start of a TCP stream, too short to tell yet.
  case undecided = 2
  /// Its flow has carried DNS before, whatever its own bytes look like.
  case flow = 3
  /// It is no packet, but what a program and systemd-resolved send each other over a unix socket.
  case varlink = 4
  /// The same with nscd.
  case nscd = 5

  /// Whether it is a lookup over a unix socket: octets of a stream. Its direction is as the client sees it, and its cookie is
  /// that of the client's socket. Of no length is that the server has received.
  package var isLocalLookup: Bool { self == .varlink || self == .nscd }
}
