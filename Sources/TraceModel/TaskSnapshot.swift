package import Bytes

/// A process and thread as the kernel recorded them at the socket, at the time of a system call.
package struct TaskSnapshot: Hashable, Sendable {
  package var identity: ProcessIdentity
  /// The kernel's count of execve(2) calls by this process and its ancestors; 0 if unknown.
  package var execID: UInt32
  /// The thread, which the kernel calls pid.
  package var tid: Int32
  package var credentials: Credentials
  /// The name of the thread-group leader: the program, not the thread.
  package var name: TaskName
  /// The name of the thread that made the call.
  package var threadName: TaskName
  /// The parent process; 0 if the kernel did not record it.
  package var parentPID: Int32
  /// The inode of the cgroup v2 directory; 0 if unknown.
  package var cgroupID: UInt64
  /// The inode of the network namespace; 0 if unknown.
  package var networkNamespace: UInt32
  /// The call that recorded this.
  package var source: OwnerSource

  package init(
    identity: ProcessIdentity, execID: UInt32 = 0, tid: Int32, credentials: Credentials, name: TaskName,
    threadName: TaskName, parentPID: Int32 = 0, cgroupID: UInt64 = 0, networkNamespace: UInt32 = 0,
    source: OwnerSource
  ) {
    self.identity = identity
    self.execID = execID
    self.tid = tid
    self.credentials = credentials
    self.name = name
    self.threadName = threadName
    self.parentPID = parentPID
    self.cgroupID = cgroupID
    self.networkNamespace = networkNamespace
    self.source = source
  }
}

/// A process that cannot be mistaken for a later one with the same number.
package struct ProcessIdentity: Hashable, Sendable {
  /// The thread-group id, commonly called pid.
  package var pid: Int32
  /// Nanoseconds since boot (CLOCK_BOOTTIME) at which the process started; 0 if unknown.
  package var startTime: UInt64

  package init(pid: Int32, startTime: UInt64) {
    self.pid = pid
    self.startTime = startTime
  }
}

extension TaskSnapshot {
  /// The program that the process was running.
  package var image: ProcessImage { ProcessImage(process: identity, execID: execID) }
}

/// One program that a process runs: execve(2) keeps pid and start time, and starts another image.
package struct ProcessImage: Hashable, Sendable {
  package var process: ProcessIdentity
  /// As in `TaskSnapshot.execID`.
  package var execID: UInt32

  package init(process: ProcessIdentity, execID: UInt32) {
    self.process = process
    self.execID = execID
  }
}

/// The real user and group of a process.
package struct Credentials: Hashable, Sendable {
  package var uid: UInt32
  package var gid: UInt32

  package init(uid: UInt32, gid: UInt32) {
    self.uid = uid
    self.gid = gid
  }

  /// The value that chown(2) ignores: a file did not state the id.
  package static let unknownID = UInt32.max
}

/// A kernel task name: at most 15 octets of any value, without heap storage.
package struct TaskName: Hashable, Sendable {
  private let high: UInt64
  private let low: UInt64

  /// Keeps the first 16 octets up to the first zero octet.
  package init(octets: some Sequence<UInt8>) {
    var words: (UInt64, UInt64) = (0, 0)
    var count = 0
    for octet in octets {
      if octet == 0 || count == 16 { break }
      if count < 8 {
        words.0 |= UInt64(octet) << UInt64(8 * count)
      } else {
        words.1 |= UInt64(octet) << UInt64(8 * (count - 8))
      }
      count += 1
    }
    (high, low) = words
  }

  /// Adds its octets to a hash.
  package func hash(into hash: inout KeyedHash) {
    hash.combine(high)
    hash.combine(low)
  }

  /// Takes the two halves as a little-endian load from `char comm[16]` gives them.
  package init(littleEndianHigh high: UInt64, low: UInt64) {
    let first = high.firstZeroOctet
    self.high = high.keeping(first)
    self.low = first < 8 ? 0 : low.keeping(low.firstZeroOctet)
  }

  package init(_ text: String) { self.init(octets: text.utf8) }

  package var isEmpty: Bool { high & 0xff == 0 }
}

extension UInt64 {
  /// The index of the lowest octet that is zero; 8 if there is none.
  fileprivate var firstZeroOctet: Int {
    // Borrows can only come from above the first zero octet, so the lowest mark is exact.
    let marks = (self &- 0x0101_0101_0101_0101) & ~self & 0x8080_8080_8080_8080
    return marks.trailingZeroBitCount / 8
  }

  /// The lowest `count` octets; the others are zero.
  fileprivate func keeping(_ count: Int) -> UInt64 { count < 8 ? self & (1 << UInt64(8 * count) - 1) : self }
}

extension TaskName: Sequence {
  /// The octets up to the first zero.
  package func makeIterator() -> Iterator { Iterator(high: high, low: low) }

  package struct Iterator: IteratorProtocol, Sendable {
    // The remaining octets, the first one lowest.
    private var high: UInt64
    private var low: UInt64

    fileprivate init(high: UInt64, low: UInt64) {
      self.high = high
      self.low = low
    }

    package mutating func next() -> UInt8? {
      let octet = UInt8(truncatingIfNeeded: high)
      high = high >> 8 | low << 56
      low >>= 8
      return octet == 0 ? nil : octet
    }
  }
}

extension TaskName: CustomStringConvertible, ExpressibleByStringLiteral {
  package init(stringLiteral value: String) { self.init(value) }

  /// The name as UTF-8, with invalid octets replaced; not yet escaped for a terminal.
  package var description: String { String(decoding: Array(self), as: UTF8.self) }
}

/// The hook that recorded an owner.
package enum OwnerSource: UInt8, Sendable {
  case unknown = 0
  case creator = 1
  case binder = 2
  case connector = 3
  case backfill = 4
  case receive = 5
  /// After the send: while a packet is sent, the owner record may still be that of the previous one.
  case send = 6
  /// Before the packet is sent.
  case sending = 7
}
