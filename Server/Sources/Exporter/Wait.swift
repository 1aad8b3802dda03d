import Synchronization

/// A wait that another task can end.
final class Wait: Sendable {
  private struct State {
    var sleeper: Task<Void, Never>?
    var isEnded = false
  }

  private let state = Mutex(State())

  /// One task at a time.
  func wait(for duration: Duration) async {
    let task = Task<Void, Never> { try? await Task.sleep(for: duration) }
    state.withLock { state in
      state.sleeper = task
      if state.isEnded { task.cancel() }
    }
    await withTaskCancellationHandler {
      await task.value
    } onCancel: {
      task.cancel()
    }
    state.withLock { $0 = State() }
  }

  /// Ends the wait that goes on, or else the next one.
  func end() {
    state.withLock { state in
      state.isEnded = true
      state.sleeper?.cancel()
    }
  }
}
