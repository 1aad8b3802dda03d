import Glibc
import Synchronization
package import SystemPackage

/// A thread that runs one closure, and can be waited for.
@safe
package final class Thread: @unchecked Sendable {
  // SAFETY: the body is run once, by the thread; `thread` is set before `init` returns and joined once.
  private var thread = pthread_t()
  private let isJoined = Atomic(false)

  @safe
  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// The stack size in octets: less than the usual 8 MiB, all of which counts against a limit on address space (`ulimit -v`).
  private static let stack = 1 << 20

  package init(_ run: @escaping @Sendable () -> Void) throws(Errno) {
    // SAFETY: the attributes are this call's own. The retained body is released by the thread that takes it, or below.
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    defer { unsafe _ = pthread_attr_destroy(&attributes) }
    unsafe pthread_attr_setstacksize(&attributes, Self.stack)
    let body = unsafe Unmanaged.passRetained(Body(run)).toOpaque()
    let result = unsafe pthread_create(
      &thread, &attributes,
      { context in
        guard let context = unsafe context else { return nil }
        unsafe Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
        return nil
      }, body)
    guard result == 0 else {
      unsafe Unmanaged<Body>.fromOpaque(body).release()
      throw Errno(rawValue: result)
    }
  }

  /// Waits for the closure's end.
  package func join() {
    guard !isJoined.exchange(true, ordering: .relaxed) else { return }
    // SAFETY: created in init, joined only here and only once.
    pthread_join(thread, nil)
  }

  /// Blocks the calling thread.
  package static func sleep(milliseconds: UInt32) { usleep(milliseconds * 1000) }
}
