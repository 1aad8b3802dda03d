import Glibc

/// A bounded queue between threads. It never blocks the sender: an element that does not fit is refused.
@safe
package final class BlockingQueue<Element: Sendable>: @unchecked Sendable {
  // SAFETY: every access to the state is inside `locked`; the two pthread objects are allocated once
  // and freed in deinit, when no thread can be inside.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var elements: [Element] = []
  private var isClosed = false
  private let capacity: Int

  package init(capacity: Int) {
    self.capacity = capacity
    // SAFETY: both were just allocated; the attributes are this call's own.
    unsafe pthread_mutex_init(mutex, nil)
    // Waits must not change when the wall clock is set.
    var attributes = pthread_condattr_t()
    unsafe pthread_condattr_init(&attributes)
    defer { unsafe _ = pthread_condattr_destroy(&attributes) }
    unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    unsafe pthread_cond_init(condition, &attributes)
  }

  deinit {
    // SAFETY: allocated and initialised in init; this is the last reference.
    unsafe pthread_cond_destroy(condition)
    unsafe pthread_mutex_destroy(mutex)
    unsafe condition.deallocate()
    unsafe mutex.deallocate()
  }

  /// Adds an element; false if the queue is full or closed.
  package func offer(_ element: Element) -> Bool {
    locked {
      guard !isClosed, elements.count < capacity else { return false }
      elements.append(element)
      // SAFETY: the condition lives as long as this object, as in all calls below.
      unsafe pthread_cond_signal(condition)
      return true
    }
  }

  /// Waits for an element and takes all; nil if the queue is closed and empty.
  package func takeAll() -> [Element]? {
    locked {
      // SAFETY: the mutex is held, as the call requires.
      while elements.isEmpty && !isClosed { unsafe pthread_cond_wait(condition, mutex) }
      defer { elements.removeAll(keepingCapacity: true) }
      return elements.isEmpty ? nil : elements
    }
  }

  /// Waits up to `milliseconds` for an element or the queue's end, and takes nothing.
  package func wait(milliseconds: Int) { wait(milliseconds) {} }

  /// Waits up to `milliseconds` for an element or the queue's end, and removes all elements.
  package func clear(within milliseconds: Int) { wait(milliseconds) { elements.removeAll() } }

  /// Takes all elements, after waiting up to `milliseconds` for the first; none when that is over or the queue closed.
  package func takeAll(within milliseconds: Int) -> [Element] {
    var taken: [Element] = []
    wait(milliseconds) { swap(&taken, &elements) }
    return taken
  }

  private func wait(_ milliseconds: Int, _ body: () -> Void) {
    var deadline = timespec()
    // SAFETY: the clock writes one timespec; the condition uses the same clock, see init.
    unsafe clock_gettime(CLOCK_MONOTONIC, &deadline)
    deadline.tv_sec += milliseconds / 1000
    deadline.tv_nsec += milliseconds % 1000 * 1_000_000
    if deadline.tv_nsec >= 1_000_000_000 {
      deadline.tv_sec += 1
      deadline.tv_nsec -= 1_000_000_000
    }
    locked {
      while elements.isEmpty && !isClosed {
        if unsafe pthread_cond_timedwait(condition, mutex, &deadline) != 0 { return }
      }
      body()
    }
  }

  /// Closes the queue: it refuses elements; those that it holds can still be taken.
  package func close() {
    locked {
      isClosed = true
      // SAFETY: see `offer`.
      unsafe pthread_cond_broadcast(condition)
    }
  }

  private func locked<Result>(_ body: () -> Result) -> Result {
    // SAFETY: initialised in init; unlocked on every exit.
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe _ = pthread_mutex_unlock(mutex) }
    return body()
  }
}
