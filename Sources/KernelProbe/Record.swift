package import TraceModel
import ProbeABI

/// One packet in the ring, valid only while the drain's closure runs.
@safe
package struct Record: ~Escapable {
  private let start: UnsafeRawPointer
  private let packetLength: Int

  /// Checks `count` octets of the ring; nil if they are not a whole record of this ABI version.
  @_lifetime(immortal)
  init?(ring start: UnsafeRawPointer, count: Int) {
    let header = MemoryLayout<querent_record>.size
    guard count >= header else { return nil }
    // SAFETY: `count` was compared above; the ring aligns records to 8 octets.
    let record = unsafe start.assumingMemoryBound(to: querent_record.self)
    let length = Int(unsafe record.pointee.captured_length)
    guard unsafe record.pointee.abi_version == QUERENT_ABI_VERSION, length <= count - header
    else { return nil }
    unsafe self.start = unsafe start
    packetLength = length
  }

  private var header: querent_record {
    // SAFETY: the size was checked in init.
    unsafe start.assumingMemoryBound(to: querent_record.self).pointee
  }

  /// Number of the packet among those that its CPU recognised, from 1; a gap shows lost packets.
  package var sequence: UInt64 { header.sequence }
  package var cpu: UInt32 { header.cpu }

  /// The packet's octets in the ring.
  package var octets: Span<UInt8> {
    @_lifetime(copy self)
    get {
      let offset = MemoryLayout<querent_record>.size
      // SAFETY: `packetLength` octets follow the header, as init has checked; the ring keeps them valid while `self` lives.
      let packet = unsafe (start + offset).assumingMemoryBound(to: UInt8.self)
      return unsafe _overrideLifetime(Span(_unsafeStart: packet, count: packetLength), copying: self)
    }
  }

  /// - Parameter bootTime: the wall clock's time at which the boot clock was zero.
  package func packetHeader(bootTime: Timestamp) -> PacketHeader {
    let header = header
    var packet = PacketHeader(
      link: .raw, originalLength: Int(header.original_length),
      time: bootTime.advanced(byNanoseconds: Int64(truncatingIfNeeded: header.time)),
      direction: Direction(rawValue: header.direction) ?? .egress, socketCookie: header.socket_cookie,
      interfaceIndex: header.interface_index, networkNamespace: header.network_namespace,
      segmentSize: Int(header.segment_size),
      expectedSequence: header.flags & UInt8(QUERENT_HAS_EXPECTED.rawValue) != 0
        ? header.expected_sequence : nil,
      recognition: Recognition(rawValue: header.recognition) ?? .shape)
    packet.isInTarget = header.flags & UInt8(QUERENT_IN_TARGET.rawValue) != 0
    return packet
  }

  /// The tasks at the packet's socket.
  package var tasks: SocketTasks {
    let header = header
    return SocketTasks(
      sender: header.flags & UInt8(QUERENT_HAS_SENDER.rawValue) != 0 ? TaskSnapshot(header.sender) : nil,
      sendContext: sendContext(header),
      owner: header.flags & UInt8(QUERENT_HAS_OWNER.rawValue) != 0 ? TaskSnapshot(header.owner) : nil,
      unknown: unknown(header))
  }

  private func sendContext(_ header: querent_record) -> SendContext {
    if header.flags & UInt8(QUERENT_SOCKET_LOCKED.rawValue) != 0 { return .stream }
    if header.flags & UInt8(QUERENT_WAITED.rawValue) != 0 { return .waited }
    return header.flags & UInt8(QUERENT_CORKED.rawValue) != 0 ? .corked : .call
  }

  private func unknown(_ header: querent_record) -> Attribution {
    if header.flags & UInt8(QUERENT_SENDER_IS_KERNEL.rawValue) != 0 { return .ofKernelSocket }
    return header.socket_cookie == 0 ? .withoutSocket : .olderThanQuerent
  }
}

extension Attribution {
  fileprivate static let ofKernelSocket = Attribution(method: .none(.kernelSocket))
  fileprivate static let withoutSocket = Attribution(method: .none(.noSocket))
  fileprivate static let olderThanQuerent = Attribution(method: .none(.olderThanQuerent))
}

extension TaskSnapshot {
  init(_ owner: querent_owner) {
    self.init(
      identity: ProcessIdentity(pid: Int32(truncatingIfNeeded: owner.tgid), startTime: owner.start_boottime),
      execID: owner.exec_id, tid: Int32(truncatingIfNeeded: owner.tid),
      credentials: Credentials(uid: owner.uid, gid: owner.gid),
      name: TaskName(kernel: owner.name), threadName: TaskName(kernel: owner.thread_name),
      parentPID: Int32(truncatingIfNeeded: owner.parent_tgid), cgroupID: owner.cgroup_id,
      networkNamespace: owner.network_namespace,
      source: OwnerSource(rawValue: owner.source) ?? .unknown)
  }
}

/// `char comm[16]` as Swift imports it.
typealias KernelName = (
  UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8,
  UInt8
)

extension TaskName {
  init(kernel name: KernelName) {
    // SAFETY: both are 16 octets without padding, and every bit pattern is a number.
    let (high, low) = unsafe unsafeBitCast(name, to: (UInt64, UInt64).self)
    self.init(littleEndianHigh: UInt64(littleEndian: high), low: UInt64(littleEndian: low))
  }
}
