import Attribution
import Captures
import HostSystem
import KernelProbe
import Synchronization

/// A running trace: one thread drains the ring, this one runs the line, a third writes.
struct LiveTrace {
  let probe: Probe
  let attributor: Attributor
  let bootTime: Timestamp
  /// Nanoseconds; nil runs until it is stopped.
  let duration: Int64?
  let stop: Stop

  /// Asks a trace to end; may be asked from any thread, more than once.
  final class Stop: Sendable {
    private let requested = Atomic(false)

    var isRequested: Bool { requested.load(ordering: .acquiring) }

    func request() { requested.store(true, ordering: .releasing) }
  }

  /// What the reader hands to the line: captures in the ring's order, and a moment before which nothing
  /// more will come.
  private struct Batch: Sendable {
    var captures: [Capture]
    var now: Timestamp
  }

  /// Batches that may wait for the line; about 1024 captures each at most, so that all together take some 20 MiB.
  private static let queueCapacity = 32
  private static let batchCapacity = 1024
  /// Milliseconds that the reader waits for a packet before it looks whether it shall stop.
  private static let patience: Int32 = 50

  /// Runs until it is stopped, and drains what is in the ring then.
  func run(_ line: inout Line, _ emit: Line.Emit) {
    let queue = Mailbox<Batch>(capacity: Self.queueCapacity)
    let dropped = DroppedCount()
    let reader = Worker { read(into: queue, dropped) }
    while let batches = queue.takeAll() {
      for batch in batches {
        for capture in batch.captures { line.push(capture, emit) }
        line.advance(to: batch.now, emit)
        if line.isDone { stop.request() }
      }
    }
    reader.join()
    line.finish(emit)
    line.enter { ledger in
      probe.counters().enter(into: &ledger)
      ledger.queueFull = dropped.value
    }
  }

  private final class DroppedCount: Sendable {
    private let count = Atomic<UInt64>(0)

    var value: UInt64 { count.load(ordering: .acquiring) }

    func add(_ packets: Int) { count.add(UInt64(packets), ordering: .acquiringAndReleasing) }
  }

  private func read(into queue: Mailbox<Batch>, _ dropped: DroppedCount) {
    var attributor = attributor
    let deadline = duration.map { Clock.boot() + $0 }
    // What the queue had no room for: many small batches become a large one before anything is dropped.
    var waiting: [Capture] = []
    func offer(_ now: Timestamp) {
      if queue.offer(Batch(captures: waiting, now: now)) {
        waiting = []
      } else if waiting.count >= Self.batchCapacity {
        dropped.add(waiting.count)
        waiting = []
      }
    }
    /// - Returns: how many records there were.
    func drain(waiting milliseconds: Int32) -> Int {
      let now = bootTime.advanced(byNanoseconds: Clock.boot())
      let count = probe.drain(waiting: milliseconds) { record in
        var capture = record.capture(bootTime: bootTime)
        attributor.attribute(&capture)
        waiting.append(capture)
        if waiting.count >= Self.batchCapacity { offer(capture.time) }
      }
      offer(now)
      return count
    }
    while !stop.isRequested {
      if let deadline, Clock.boot() >= deadline { break }
      _ = drain(waiting: Self.patience)
    }
    probe.detach()
    while drain(waiting: 0) > 0 {}
    // The line takes what is there without waiting for anybody, so room comes.
    while !waiting.isEmpty && !queue.offer(Batch(captures: waiting, now: waiting[waiting.count - 1].time)) {
      Place.yield()
    }
    queue.close()
  }
}
