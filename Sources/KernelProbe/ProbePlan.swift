/// Which programs to load into the kernel, and with which configuration; a pure value.
package struct ProbePlan: Sendable {
  /// The tiers to try, best first. The first that attaches is used.
  package var tiers: [Tier]
  package var tap: Tap
  /// Ports on which all traffic is classified as DNS.
  package var dnsPorts: Set<UInt16> = ProbePlan.wellKnownPorts
  /// Traffic on other ports is recognised by its shape.
  package var anyPort = true
  /// The inode of the one network namespace to tap; nil for all. The interface tap needs its own.
  package var onlyNamespace: UInt32?
  /// The inode of a cgroup v2 directory: packets of sockets that were made in it or below are marked
  /// (`PacketHeader.isInTarget`); nil marks none, as the interface tap does.
  package var target: UInt64?
  /// Octets of the ring buffer: a power of two and a multiple of the page size.
  package var ringSize = ProbePlan.defaultRingSize
  /// How the owners of sockets that are older than querent are found.
  package var backfill = Backfill.iterator
  /// Whether the kernel is to count how long BPF programs run, those of others too; see `Probe.runTimes`.
  package var countsRunTime = false

  package init(_ tap: Tap) {
    self.tap = tap
    tiers =
      switch tap {
      case .cgroup: [.trampoline, .tracepoint, .cgroup]
      case .interface: [.trampoline, .tracepoint, .kprobe]
      }
  }

  /// Where packets are seen.
  package enum Tap: Hashable, Sendable {
    /// At the sockets of a cgroup v2 directory and everything below it, in every network namespace.
    case cgroup(String)
    /// On the interfaces of this network namespace, or on the one named.
    case interface(String?)
  }

  /// DNS, multicast DNS (RFC 6762) and LLMNR (RFC 4795).
  package static let wellKnownPorts: Set<UInt16> = [53, 5353, 5355]
  package static let defaultRingSize: UInt32 = 8 << 20

  package enum Backfill: Sendable {
    /// A kernel iterator over all open files (5.11); if it is refused, `descriptors`.
    case iterator
    /// Duplicates each socket that /proc lists (5.6).
    case descriptors
    case none
  }
}

extension ProbePlan {
  /// The programs that every trace requires.
  var indispensable: Set<String> {
    switch tap {
    case .cgroup: ["tap_egress", "tap_ingress"]
    case .interface: ["interface_tap", "interface_queue"]
    }
  }

  /// The programs that record what processes were started with; without them it is read from /proc.
  static let executionPrograms = ["executing", "executed", "forked"]

  /// Every program to try.
  var programs: Set<String> {
    var programs = indispensable.union(Self.executionPrograms)
    for tier in tiers { programs.formUnion(tier.required + tier.optional) }
    if case .cgroup = tap { programs.formUnion(Tier.cgroup.required + Tier.cgroup.optional) }
    if backfill == .iterator && !callersByAddress { programs.insert("backfill") }
    return programs
  }

  /// The maps that only the other tap uses.
  var unusedMaps: [String] {
    switch tap {
    case .cgroup: ["flows", "wire_streams", "wire_dialogues", "callers"]
    case .interface: ["streams", "dialogues"]
    }
  }

  /// Whether callers are stored in a hash instead of socket storage.
  var callersByAddress: Bool { tiers == [.kprobe] }
}

/// A set of hooks that record which task uses a socket.
package enum Tier: String, CaseIterable, Sendable {
  /// Before the packet leaves: entry of `security_socket_sendmsg` and `_recvmsg` (5.11, on arm64 6.0).
  case trampoline
  /// After the send, before the next packet: `sock_send_length` and `sock_recv_length` (6.3).
  case tracepoint
  /// At creation, bind and connect only (5.8, the first two 5.9); for the cgroup tap.
  case cgroup
  /// Before the packet leaves: kprobes at `udp_sendmsg`, `udpv6_sendmsg` and `tcp_sendmsg` (5.8); for the interface
  /// tap.
  case kprobe

  /// The programs that this tier needs.
  var required: [String] {
    switch self {
    case .trampoline: ["trampoline_send", "trampoline_receive"]
    case .tracepoint: ["tracepoint_send", "tracepoint_receive"]
    case .cgroup: ["cgroup_connect4", "cgroup_connect6"]
    case .kprobe: ["kprobe_udp", "kprobe_udp6", "kprobe_tcp", "kprobe_release"]
    }
  }

  /// Programs that improve this tier if the kernel accepts them.
  var optional: [String] {
    switch self {
    case .trampoline, .kprobe: []
    case .tracepoint: ["tracepoint_tcp_send"]
    case .cgroup: ["cgroup_create", "cgroup_bind4", "cgroup_bind6"]
    }
  }
}
