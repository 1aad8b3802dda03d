import ArgumentParser
import Dispatch
import Synchronization

extension ParsableCommand {
  /// Runs what suspends, and waits for it in this thread.
  func blocking(_ body: @escaping @Sendable () async throws -> Void) throws {
    let outcome = Outcome()
    Task.detached {
      do {
        try await body()
        outcome.set(.success(()))
      } catch {
        outcome.set(.failure(error))
      }
    }
    try outcome.wait()
  }
}

/// How it has ended.
private final class Outcome: Sendable {
  private let result = Mutex<Result<Void, any Error>?>(nil)
  private let isSet = DispatchSemaphore(value: 0)

  func set(_ value: Result<Void, any Error>) {
    result.withLock { $0 = value }
    isSet.signal()
  }

  func wait() throws {
    isSet.wait()
    try result.withLock { $0 }?.get()
  }
}
