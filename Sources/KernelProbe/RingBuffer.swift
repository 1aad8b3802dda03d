import CLibBPF
import Glibc

/// Reads the BPF ring buffer, and sleeps between reads under load.
@safe
final class RingBuffer {
  private let pointer: OpaquePointer
  private let callback: Callback
  /// When the last drain ended, and how many consecutive drains started within `pause` of the previous one.
  private var lastEnd: ContinuousClock.Instant?
  private var quickDrainCount = 0

  /// The closure that the C callback calls, set only during a drain.
  @safe
  private final class Callback {
    var body: ((UnsafeRawPointer, Int) -> Void)?
  }

  /// - Parameters:
  ///   - map: the descriptor of the ring, which the caller keeps open.
  ///   - size: octets of the ring.
  init(map: Int32, size: UInt32) throws(ProbeError) {
    // SAFETY: freed in deinit; the map's descriptor outlives it (see `Probe`).
    guard let made = unsafe querent_ring_open(map, Int(size)) else { throw ProbeError(.ring, errno: errno) }
    unsafe pointer = made
    callback = Callback()
  }

  deinit {
    // SAFETY: made in init, freed only here.
    unsafe querent_ring_close(pointer)
  }

  func drain(waiting milliseconds: Int32, _ body: (borrowing Record) -> Void) -> Int {
    var start = ContinuousClock.now
    var count = read(body)
    if count == 0 && milliseconds > 0 {
      // SAFETY: one thread drains (see `Probe.drain`).
      unsafe querent_ring_wait(pointer, milliseconds)
      start = .now
      count = read(body)
    }
    if count > 0 { sleepIfBusy(after: count, since: start) }
    return count
  }

  private func read(_ body: (borrowing Record) -> Void) -> Int {
    withoutActuallyEscaping(body) { body in
      unsafe callback.body = { start, count in
        if let record = unsafe Record(ring: start, count: count) { body(record) }
      }
      defer { unsafe callback.body = nil }
      // SAFETY: one thread drains; the context lives as long as this object, and the octets are valid during the call.
      return unsafe querent_ring_read(
        pointer,
        { context, octets, length in
          guard let context = unsafe context, let octets = unsafe octets else { return }
          unsafe Unmanaged<Callback>.fromOpaque(context).takeUnretainedValue().body?(octets, length)
        }, Unmanaged.passUnretained(callback).toOpaque())
    }
  }

  /// Sleeps if records arrive so fast that the kernel would have to wake the reader for each of them. A drain that took
  /// longer than the sleep is not followed by one.
  private func sleepIfBusy(after count: Int, since start: ContinuousClock.Instant) {
    let isQuick = lastEnd.map { start - $0 < Self.pause } ?? false
    quickDrainCount = isQuick ? quickDrainCount + 1 : 0
    let isBusy = count > Self.busyCount || quickDrainCount >= Self.quickDrainLimit
    if isBusy, .now - start < .microseconds(Self.sleepTime) { usleep(Self.sleepTime) }
    lastEnd = .now
  }

  /// The reader sleeps after a drain of more records than this.
  private static let busyCount = 8
  /// It also sleeps after this many consecutive drains, each within `pause` of the previous one. A query, its answer and those
  /// for the other address family are read at once, while the process still exists.
  private static let quickDrainLimit = 8
  private static let pause = Duration.milliseconds(1)
  /// Microseconds. At 200,000 packets a second of 344 octets, 4 % of the ring fills in this time.
  private static let sleepTime: UInt32 = 5_000
}
