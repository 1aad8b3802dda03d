/// What shall be loaded into the kernel; a pure value that can be made and tested anywhere.
package struct ProbePlan: Sendable {
  /// The ways to learn who calls a socket, best first. The first that attaches is used.
  package var tiers: [Tier] = Tier.allCases
  /// The cgroup v2 directory whose sockets are tapped, itself and everything below it.
  package var cgroup: String
  /// Ports whose traffic is taken for DNS whatever it looks like.
  package var dnsPorts: Set<UInt16> = ProbePlan.wellKnownPorts
  /// Traffic on other ports is recognised by its shape.
  package var anyPort = true
  /// The inode of the one network namespace to tap; nil taps all.
  package var onlyNamespace: UInt32?
  /// Octets of the ring buffer: a power of two and a multiple of the page size.
  package var ringSize = ProbePlan.defaultRingSize
  /// How sockets older than querent get their owner.
  package var backfill = Backfill.iterator

  package init(cgroup: String) { self.cgroup = cgroup }

  /// DNS, multicast DNS (RFC 6762) and LLMNR (RFC 4795).
  package static let wellKnownPorts: Set<UInt16> = [53, 5353, 5355]
  package static let defaultRingSize: UInt32 = 16 << 20

  package enum Backfill: Sendable {
    /// A kernel iterator over all open files (5.11); where that is refused, `descriptors`.
    case iterator
    /// A walk over /proc that borrows each socket (5.6).
    case descriptors
    case none
  }
}

/// How the kernel learns who calls a socket.
package enum Tier: String, CaseIterable, Sendable {
  /// Before the packet leaves: entry of `security_socket_sendmsg` and `_recvmsg` (5.11, on arm64 6.0).
  case trampoline
  /// After the send, before the next packet: `sock_send_length` and `sock_recv_length` (6.3).
  case tracepoint
  /// At creation, bind and connect only (5.8, the first two 5.9).
  case cgroup

  /// The programs without which this tier is not that tier.
  var required: [String] {
    switch self {
    case .trampoline: ["trampoline_send", "trampoline_receive"]
    case .tracepoint: ["tracepoint_send", "tracepoint_receive"]
    case .cgroup: ["cgroup_connect4", "cgroup_connect6"]
    }
  }

  /// Programs that make it better where the kernel has them.
  var optional: [String] {
    switch self {
    case .trampoline: []
    case .tracepoint: ["tracepoint_tcp_send"]
    case .cgroup: ["cgroup_create", "cgroup_bind4", "cgroup_bind6"]
    }
  }
}
