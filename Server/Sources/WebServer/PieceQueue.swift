import Dispatch
import Synchronization

/// Pieces from a thread that may block, for a task that must not: a few at most wait.
final class PieceQueue: Sendable {
  private struct State {
    var pieces: [[UInt8]] = []
    var isFinished = false
    var isCancelled = false
    var waiter: CheckedContinuation<[UInt8]?, Never>?
  }

  private let state = Mutex(State())
  // From zero up: Dispatch ends the process if a semaphore is freed while its value is below the first one.
  private let room = DispatchSemaphore(value: 0)

  private static let most = 4

  init() { for _ in 0..<Self.most { room.signal() } }

  /// Waits for room; false when nobody takes pieces any more.
  func put(_ piece: [UInt8]) -> Bool {
    room.wait()
    let (waiter, isCancelled) = state.withLock { state in
      guard !state.isCancelled else { return (nil as CheckedContinuation<[UInt8]?, Never>?, true) }
      if let waiter = state.waiter {
        state.waiter = nil
        return (waiter, false)
      }
      state.pieces.append(piece)
      return (nil, false)
    }
    waiter?.resume(returning: piece)
    return !isCancelled
  }

  func finish() {
    let waiter = state.withLock { state in
      state.isFinished = true
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume(returning: nil)
  }

  /// The next piece; nil at the end. One task takes them.
  func next() async -> [UInt8]? {
    let piece: [UInt8]? = await withCheckedContinuation { continuation in
      let ready: [UInt8]?? = state.withLock { state in
        if !state.pieces.isEmpty { return state.pieces.removeFirst() }
        if state.isFinished { return .some(nil) }
        state.waiter = continuation
        return nil
      }
      if let ready { continuation.resume(returning: ready) }
    }
    if piece != nil { room.signal() }
    return piece
  }

  /// Lets the thread go on, whose pieces nobody wants.
  func cancel() {
    state.withLock { $0.isCancelled = true }
    room.signal()
  }
}
