import Glibc
import Synchronization

/// A thread that runs one closure, and can be waited for.
@safe
package final class Worker: @unchecked Sendable {
  // SAFETY: the body is run once, by the thread; `thread` is set before `init` returns and joined once.
  private var thread = pthread_t()
  private let isJoined = Atomic(false)

  @safe
  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  package init(_ run: @escaping @Sendable () -> Void) {
    // SAFETY: the retained body is released by the thread that takes it.
    let body = unsafe Unmanaged.passRetained(Body(run)).toOpaque()
    let result = unsafe pthread_create(
      &thread, nil,
      { context in
        guard let context = unsafe context else { return nil }
        unsafe Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
        return nil
      }, body)
    if result != 0 {
      unsafe Unmanaged<Body>.fromOpaque(body).release()
      isJoined.store(true, ordering: .relaxed)
    }
  }

  /// Waits for the closure's end.
  package func join() {
    guard !isJoined.exchange(true, ordering: .relaxed) else { return }
    // SAFETY: created in init, joined only here and only once.
    pthread_join(thread, nil)
  }
}
