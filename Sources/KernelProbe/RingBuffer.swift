import CLibBPF
import Glibc

/// The reading side of the ring.
@safe
final class RingBuffer {
  private let pointer: OpaquePointer
  private let lent: Lent
  /// When the last drain ended, and how many in a row were not worth their waking.
  private var lastEnd: ContinuousClock.Instant?
  private var hurried = 0

  /// The closure that the C callback finds, set only while a drain runs.
  @safe
  private final class Lent {
    var body: ((UnsafeRawPointer, Int) -> Void)?
  }

  /// - Parameters:
  ///   - map: the descriptor of the ring, which stays the caller's and open.
  ///   - size: its octets.
  init(map: Int32, size: UInt32) throws(ProbeError) {
    // SAFETY: freed in deinit; the map's descriptor outlives it (see `Probe`).
    guard let made = unsafe querent_ring_open(map, Int(size)) else { throw ProbeError(.ring, errno: errno) }
    unsafe pointer = made
    lent = Lent()
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
    if count > 0 { rest(after: count, since: start) }
    return count
  }

  private func read(_ body: (borrowing Record) -> Void) -> Int {
    withoutActuallyEscaping(body) { body in
      unsafe lent.body = { start, count in
        if let record = unsafe Record(ring: start, count: count) { body(record) }
      }
      defer { unsafe lent.body = nil }
      // SAFETY: one thread drains; the context lives as long as this object, and the octets are lent for the call.
      return unsafe querent_ring_read(
        pointer,
        { context, octets, length in
          guard let context = unsafe context, let octets = unsafe octets else { return }
          unsafe Unmanaged<Lent>.fromOpaque(context).takeUnretainedValue().body?(octets, length)
        }, Unmanaged.passUnretained(lent).toOpaque())
    }
  }

  /// Lets records gather where they come so fast that the kernel would have to wake the reader for each.
  /// A drain that took longer than a nap has let them gather already.
  private func rest(after count: Int, since start: ContinuousClock.Instant) {
    let isHurried = lastEnd.map { start - $0 < Self.pause } ?? false
    hurried = isHurried ? hurried + 1 : 0
    let isBusy = count > Self.busy || hurried >= Self.patience
    if isBusy, .now - start < .microseconds(Self.nap) { usleep(Self.nap) }
    lastEnd = .now
  }

  /// Records in one drain from which on the reader naps.
  private static let busy = 8
  /// Drains in a row, each so soon after the one before, from which on it naps too. A query, its answer and those for
  /// the other address family are read at once, while the process is still there.
  private static let patience = 8
  private static let pause = Duration.milliseconds(1)
  /// Microseconds. At 200,000 packets a second of 344 octets the ring then fills to a fiftieth.
  private static let nap: UInt32 = 5_000
}
