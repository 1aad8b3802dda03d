import CLibBPF
import Glibc

/// The reading side of the ring.
@safe
final class RingBuffer {
  private let pointer: OpaquePointer
  private let lent: Lent

  /// The closure that the C callback finds, set only while a drain runs.
  @safe
  private final class Lent {
    var body: ((UnsafeRawPointer, Int) -> Void)?
  }

  init(map: Int32) throws(ProbeError) {
    let lent = Lent()
    // SAFETY: `lent` lives as long as the ring buffer, which is freed in deinit.
    let made = unsafe ring_buffer__new(
      map,
      { context, data, size in
        guard let context = unsafe context, let data = unsafe data else { return 0 }
        // SAFETY: the context is the object passed below; libbpf lends `size` octets at `data`.
        unsafe Unmanaged<Lent>.fromOpaque(context).takeUnretainedValue().body?(UnsafeRawPointer(data), size)
        return 0
      }, Unmanaged.passUnretained(lent).toOpaque(), nil)
    guard let made = unsafe made else { throw ProbeError(.ring, errno: errno) }
    unsafe pointer = made
    self.lent = lent
  }

  deinit {
    // SAFETY: made in init, freed only here.
    unsafe ring_buffer__free(pointer)
  }

  func drain(waiting milliseconds: Int32, _ body: (borrowing Record) -> Void) -> Int {
    withoutActuallyEscaping(body) { body in
      unsafe lent.body = { start, count in
        if let record = unsafe Record(ring: start, count: count) { body(record) }
      }
      defer { unsafe lent.body = nil }
      // SAFETY: one thread drains (see `Probe.drain`).
      var count = unsafe Int(ring_buffer__consume(pointer))
      if count <= 0 { count = unsafe Int(ring_buffer__poll(pointer, milliseconds)) }
      if count > Self.busy { usleep(Self.nap) }
      return max(count, 0)
    }
  }

  /// Records in one drain from which on the reader naps.
  private static let busy = 8
  /// Microseconds. At 200,000 packets a second of 344 octets the ring then fills to a fiftieth.
  private static let nap: UInt32 = 5_000
}
