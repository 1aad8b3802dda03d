import Foundation
import Synchronization
import Testing

@testable import HostSystem

struct BlockingQueueTests {
  @Test func `elements are taken in the order in which they were added`() {
    let queue = BlockingQueue<Int>(capacity: 10)
    for number in 1...4 { #expect(queue.offer(number)) }
    #expect(queue.takeAll() == [1, 2, 3, 4])
    #expect(queue.offer(5))
    #expect(queue.takeAll() == [5])
  }

  @Test func `an element beyond the capacity is refused, and accepted after the others are taken`() {
    let queue = BlockingQueue<Int>(capacity: 2)
    #expect([1, 2, 3].map(queue.offer) == [true, true, false])
    #expect(queue.takeAll() == [1, 2])
    #expect(queue.offer(3))
  }

  @Test func `a closed queue refuses elements, and returns those that it holds, then nil`() {
    let queue = BlockingQueue<Int>(capacity: 2)
    #expect(queue.offer(1))
    queue.close()
    #expect(!queue.offer(2))
    #expect(queue.takeAll() == [1])
    #expect(queue.takeAll() == nil)
    #expect(queue.takeAll() == nil)
  }

  @Test func `takeAll within a time gives what is there, and nothing when that is over or the queue closed`()
  {
    let queue = BlockingQueue<Int>(capacity: 2)
    #expect(queue.takeAll(within: 0).isEmpty)
    #expect(queue.offer(1) && queue.offer(2))
    #expect(queue.takeAll(within: 60_000) == [1, 2])
    queue.close()
    #expect(queue.takeAll(within: 60_000).isEmpty)
  }

  @Test func `close wakes every thread that waits`() throws {
    let queue = BlockingQueue<Int>(capacity: 1)
    let takers = WaitingThreads()
    let ends = Atomic(0)
    let threads = try (0..<3).map { _ in
      try HostSystem.Thread {
        takers.add()
        if queue.takeAll() == nil { ends.add(1, ordering: .relaxed) }
      }
    }
    try takers.waitUntilBlocked(3)
    queue.close()
    for thread in threads { thread.join() }
    #expect(ends.load(ordering: .relaxed) == 3)
  }

  @Test func `no element of several producers is lost, and each producer's order is kept`() throws {
    let queue = BlockingQueue<Int>(capacity: 64)
    let (producers, count) = (4, 5_000)
    let threads = try (0..<producers).map { producer in
      try HostSystem.Thread {
        for number in 0..<count {
          while !queue.offer(producer * count + number) { sched_yield() }
        }
      }
    }
    var taken: [Int] = []
    while taken.count < producers * count, let more = queue.takeAll() {
      #expect(more.count <= 64)
      taken += more
    }
    for thread in threads { thread.join() }
    for producer in 0..<producers {
      #expect(taken.filter { $0 / count == producer } == Array(producer * count..<(producer + 1) * count))
    }
  }

  @Test func `a wait ends at its time limit, neither before nor long after`() {
    let queue = BlockingQueue<Int>(capacity: 1)
    for milliseconds in [0, 1, 50, 1_050] {
      let start = Clock.boot()
      queue.wait(milliseconds: milliseconds)
      let passed = (Clock.boot() - start) / 1_000_000
      #expect(passed >= milliseconds && passed < milliseconds + 1_000, "\(milliseconds): \(passed)")
    }
  }

  @Test(arguments: [true, false])
  func `a wait ends with the first element, or at once when there is one; with the queue's end too:`(
    closes: Bool
  ) throws {
    let queue = BlockingQueue<Int>(capacity: 1)
    let waiters = WaitingThreads()
    let start = Clock.boot()
    let thread = try HostSystem.Thread {
      waiters.add()
      queue.wait(milliseconds: 60_000)
    }
    try waiters.waitUntilBlocked(1)
    if closes { queue.close() } else { #expect(queue.offer(1)) }
    thread.join()
    queue.wait(milliseconds: 60_000)
    #expect(Clock.boot() - start < 30_000_000_000)
    #expect(queue.takeAll() == (closes ? nil : [1]))
  }

  @Test func `clear removes all elements, and those that are added while it waits`() throws {
    let queue = BlockingQueue<Int>(capacity: 2)
    #expect(queue.offer(1) && queue.offer(2))
    queue.clear(within: 0)
    #expect(queue.offer(3))
    #expect(queue.takeAll() == [3])
    let waiters = WaitingThreads()
    let thread = try HostSystem.Thread {
      waiters.add()
      queue.clear(within: 60_000)
    }
    try waiters.waitUntilBlocked(1)
    #expect(queue.offer(4))
    thread.join()
    queue.close()
    #expect(queue.takeAll() == nil)
  }

  @Test func `a change of the wall clock does not move the end of a wait: the kernel waits on another clock`()
    throws
  {
    let queue = BlockingQueue<Int>(capacity: 1)
    let waiters = WaitingThreads()
    let thread = try HostSystem.Thread {
      waiters.add()
      queue.wait(milliseconds: 60_000)
    }
    defer {
      queue.close()
      thread.join()
    }
    for operation in try waiters.waitUntilBlocked(1) {
      // FUTEX_CLOCK_REALTIME (futex(2)).
      #expect(operation & 256 == 0, "futex operation \(operation)")
    }
  }
}

/// Threads that are about to wait, and their state in the kernel.
final class WaitingThreads: Sendable {
  private let threads = Mutex<[String]>([])

  /// Adds the calling thread.
  func add() {
    let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
    threads.withLock { $0 += [link.map { "/proc/\($0)/syscall" } ?? "no /proc"] }
  }

  /// Waits until that many threads are blocked on a condition variable; returns the operations of futex(2) that they called.
  @discardableResult
  func waitUntilBlocked(_ count: Int) throws -> [Int] {
    let deadline = Clock.boot() + 60_000_000_000
    while true {
      let operations = threads.withLock { $0 }.compactMap(Self.operation)
      if operations.count >= count { return operations }
      try #require(Clock.boot() < deadline, "the threads do not wait")
      sched_yield()
    }
  }

  #if arch(x86_64)
    private static let futex = "202"
  #else
    private static let futex = "98"
  #endif

  /// The operation of the futex(2) call in which a thread is, if it waits there for a condition (proc_pid_syscall(5)).
  private static func operation(_ path: String) -> Int? {
    let fields = (try? String(contentsOfFile: path, encoding: .utf8))?.split(separator: " ") ?? []
    guard fields.count > 2, fields[0] == futex, let operation = Int(fields[2].dropFirst(2), radix: 16) else {
      return nil
    }
    // FUTEX_WAIT_BITSET; a mutex waits with FUTEX_WAIT.
    return operation & 127 == 9 ? operation : nil
  }
}
