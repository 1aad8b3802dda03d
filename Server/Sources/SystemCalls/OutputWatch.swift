import Glibc

/// Ends this process when nobody reads its standard output any more: the program that started it has ended.
package enum OutputWatch {
  /// Starts a thread that sends SIGTERM to this process then.
  package static func start() {
    var thread = pthread_t()
    // SAFETY: the function takes no argument, and the thread's number is this call's own.
    unsafe _ = pthread_create(
      &thread, nil,
      { _ in
        var output = pollfd(fd: 1, events: 0, revents: 0)
        // SAFETY: one entry, this thread's own.
        while unsafe poll(&output, 1, -1) < 1 {}
        kill(getpid(), SIGTERM)
        return nil
      }, nil)
    pthread_detach(thread)
  }
}
