import CHost
import FrameStreams
import Glibc
import SystemPackage

/// A receiver of Frame Streams at a unix socket (bidirectional, with a handshake). It may be restarted at any time.
package struct Collector: Sendable {
  let path: String
  let contentType: [UInt8]
  /// Called with a message when the collector cannot be reached, and when it can again.
  let report: @Sendable (String) -> Void

  package init(path: String, contentType: [UInt8], report: @escaping @Sendable (String) -> Void) {
    self.path = path
    self.contentType = contentType
    self.report = report
  }

  /// In octets; longer paths do not fit into an address.
  package static let maximumPathLength = 107
}

/// Sends frames to a collector, and reconnects after it has closed the connection.
///
/// A frame is sent at most once: frames that the collector may not have read before it closed are counted as lost. The
/// kernel reports whether unread octets remained (ECONNRESET), and an upper bound of their number (TIOCOUTQ).
struct CollectorWriter: BatchWriter {
  private let collector: Collector
  private var connection: FrameConnection?
  private var isWaiting = false

  /// Milliseconds between two attempts to connect.
  private static let retryInterval: Int32 = 200

  init(_ collector: Collector) { self.collector = collector }

  mutating func write(_ batch: RecordBatch, until isOver: () -> Bool) -> WriteOutcome {
    var outcome = WriteOutcome()
    // The next octet to send; on a new connection a frame starts there.
    var start = 0
    while start < batch.octets.count {
      guard let connection = connect(until: isOver) else {
        outcome.lost += batch.messages(beyond: start)
        outcome.error = .socketNotConnected
        break
      }
      let sent = connection.send(batch, from: start)
      guard sent < batch.octets.count else { break }
      outcome.lost += connection.lost()
      self.connection = nil
      // A record that was sent in part is lost; the following ones are sent on the next connection.
      let torn = batch.records.first { $0.end > sent }
      let isTorn = sent > start && !batch.records.contains { $0.end == sent }
      if isTorn, let torn { outcome.lost += torn.messages }
      start = isTorn ? torn?.end ?? batch.octets.count : sent
      if outcome.lost > 0 { outcome.error = .connectionReset }
    }
    outcome.unacknowledged = connection?.unacknowledged ?? 0
    return outcome
  }

  mutating func finish(until isOver: () -> Bool) -> WriteOutcome {
    let lost = connection?.finish() ?? 0
    return WriteOutcome(lost: lost, error: lost > 0 ? .connectionReset : nil)
  }

  private mutating func connect(until isOver: () -> Bool) -> FrameConnection? {
    while connection == nil {
      do throws(FrameConnection.Refusal) {
        connection = try FrameConnection(collector)
        if isWaiting { collector.report("connected to the collector at \(collector.path)") }
        isWaiting = false
      } catch {
        if !isWaiting {
          collector.report(
            "no collector at \(collector.path) (\(error.reason)): frames are queued, up to 8 MiB")
        }
        isWaiting = true
        if isOver() { return nil }
        _ = poll(nil, 0, Self.retryInterval)
      }
    }
    return connection
  }
}

/// One connection to a collector, after its handshake; closed with the last reference.
private final class FrameConnection {
  private let descriptor: Int32
  private var reader = ControlFrameReader()
  /// The number of octets sent, frames only.
  private var position: UInt64 = 0
  /// The ends of records that may not have been read, and their messages.
  private var unread: [(end: UInt64, messages: UInt64)] = []
  private var hasBeenReset = false

  struct Refusal: Error { let reason: String }

  /// The time limit for each answer of the collector, in milliseconds.
  private static let handshakeTimeout: Int64 = 1500

  init(_ collector: Collector) throws(Refusal) {
    // SAFETY: the path is a NUL-terminated copy that lives for the call.
    descriptor = unsafe host_connect_unix(collector.path)
    guard descriptor >= 0 else { throw Refusal(reason: Errno(rawValue: -descriptor).description) }
    guard send(ControlFrame.ready([collector.contentType]).octets[...]) > 0, let answer = next() else {
      throw Refusal(reason: "it does not answer")
    }
    guard case .accept(let types) = answer, types.isEmpty || types.contains(collector.contentType) else {
      throw Refusal(reason: "it does not accept this content type")
    }
    guard send(ControlFrame.start(collector.contentType).octets[...]) > 0 else {
      throw Refusal(reason: "it closed the connection")
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Messages that were sent and may not have been read.
  var unacknowledged: UInt64 {
    // TIOCOUTQ counts the memory of unread buffers, which is more than their octets: at most the last `room` octets
    // are unread.
    var room: Int32 = 0
    // SAFETY: the request writes one int.
    let isKnown = unsafe ioctl(descriptor, UInt(TIOCOUTQ), &room) == 0
    // Checked last: the kernel sets ECONNRESET before it frees what the other end has not read.
    if isKnown, !wasReset() {
      let read = position - min(position, UInt64(clamping: room))
      unread.removeFirst(unread.prefix { $0.end <= read }.count)
    }
    return unread.reduce(0) { $0 + $1.messages }
  }

  /// Messages lost after the other end has closed: none if it had read everything, else all that it may not have read.
  func lost() -> UInt64 { wasReset() ? unread.reduce(0) { $0 + $1.messages } : 0 }

  /// Whether the other end has closed with unread octets.
  private func wasReset() -> Bool {
    var pending: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    // SAFETY: the option is one int, and the size says so.
    if unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &pending, &size) == 0,
      Errno(rawValue: pending) == .connectionReset
    {
      hasBeenReset = true
    }
    return hasBeenReset
  }

  /// Sends a batch from an offset on; returns the offset up to which it was sent, which is its end unless the collector has
  /// closed.
  func send(_ batch: RecordBatch, from start: Int) -> Int {
    _ = unacknowledged
    let sent = start + send(batch.octets[start...])
    for record in batch.records where record.end > start && record.end <= sent {
      unread.append((position + UInt64(record.end - start), record.messages))
    }
    position += UInt64(sent - start)
    return sent
  }

  /// Sends the stop frame and waits for the answer; returns the messages that may not have been read.
  func finish() -> UInt64 {
    let stop = ControlFrame.stop.octets
    if send(stop[...]) == stop.count {
      while let frame = next() { if frame == .finish { return 0 } }
    }
    let lost = lost()
    return lost > 0 ? lost : unacknowledged
  }
}

// MARK: Octets

extension FrameConnection {
  /// Sends all octets, without a time limit, unless the other end closes; returns how many were sent.
  private func send(_ octets: ArraySlice<UInt8>) -> Int {
    var sent = 0
    while sent < octets.count {
      // SAFETY: from `sent` to the end of the buffer.
      let count = unsafe octets.withUnsafeBytes { buffer in
        unsafe Glibc.send(
          descriptor, buffer.baseAddress.map { unsafe $0 + sent }, buffer.count - sent,
          Int32(MSG_NOSIGNAL))
      }
      guard count < 0 else {
        sent += count
        continue
      }
      switch Errno.current {
      case .interrupted: continue
      case .resourceTemporarilyUnavailable: _ = wait(for: POLLOUT, milliseconds: 1000)
      case let error:
        if error == .connectionReset { hasBeenReset = true }
        return sent
      }
    }
    return sent
  }

  /// The next control frame of the other end; nil if none arrives in time, or it is malformed.
  private func next() -> ControlFrame? {
    var buffer = [UInt8](repeating: 0, count: 1024)
    let deadline = Clock.boot() + Self.handshakeTimeout * 1_000_000
    while true {
      do throws(ControlFrame.Malformed) {
        if let frame = try reader.next() { return frame }
      } catch {
        return nil
      }
      let left = (deadline - Clock.boot()) / 1_000_000
      guard left > 0, wait(for: POLLIN, milliseconds: Int32(left)) else { return nil }
      // SAFETY: the count given is the buffer's.
      let count = unsafe buffer.withUnsafeMutableBytes {
        unsafe recv(descriptor, $0.baseAddress, $0.count, 0)
      }
      guard count < 0 else {
        guard count > 0 else { return nil }
        reader.push(buffer[..<count])
        continue
      }
      switch Errno.current {
      case .interrupted, .resourceTemporarilyUnavailable: continue
      case let error:
        if error == .connectionReset { hasBeenReset = true }
        return nil
      }
    }
  }

  private func wait(for event: Int32, milliseconds: Int32) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(event), revents: 0)
    // SAFETY: one entry, this call's own.
    return unsafe poll(&entry, 1, milliseconds) > 0
  }
}
