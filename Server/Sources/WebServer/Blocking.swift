import NIOPosix
import Synchronization

/// Runs what blocks on a few threads of its own, so that a slow question never holds up the network.
final class Blocking: Sendable {
  private let pool: NIOThreadPool
  private let waiting = Mutex(0)

  /// Requests that run or wait.
  private let most: Int

  init(threads: Int, most: Int) {
    self.most = most
    pool = NIOThreadPool(numberOfThreads: threads)
    pool.start()
  }

  /// Too many requests wait already.
  struct Busy: Error {}

  func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try waiting.withLock { waiting in
      guard waiting < most else { throw Busy() }
      waiting += 1
    }
    defer { waiting.withLock { $0 -= 1 } }
    return try await pool.runIfActive(body)
  }

  func shutDown() async { try? await pool.shutdownGracefully() }
}
