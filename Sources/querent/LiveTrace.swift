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

  /// Captures that may wait for the line before the reader leaves what comes in the ring, some 4 MiB: there the kernel
  /// counts what finds no room.
  private static let mostWaiting = 8192
  /// Milliseconds that the reader waits for a packet before it looks whether it shall stop.
  private static let patience: Int32 = 50

  /// Runs until it is stopped, and drains what is in the ring then.
  ///
  /// - Parameter started: called when all threads run, before anything is written.
  func run(_ line: inout Line, _ emit: Line.Emit, started: () throws(Failure) -> Void) throws(Failure) {
    let queue = Mailbox<Batch>(capacity: .max)
    let waiting = WaitingCount()
    let reader = try Worker.started { read(into: queue, waiting) }
    do throws(Failure) {
      try started()
    } catch {
      stop.request()
      reader.join()
      throw error
    }
    line.start(emit)
    while let batches = queue.takeAll() {
      for batch in batches {
        // Lent one by one, since to take a copy counts two references up and down.
        let captures = batch.captures.span
        for index in captures.indices { line.push(captures[index], emit) }
        waiting.add(-batch.captures.count)
        line.advance(to: batch.now, emit)
        if line.isDone { stop.request() }
      }
    }
    reader.join()
    line.finish(emit)
    line.enter { ledger in probe.counters().enter(into: &ledger) }
  }

  /// Captures between the reader and the line.
  private final class WaitingCount: Sendable {
    private let count = Atomic(0)

    var value: Int { count.load(ordering: .acquiring) }

    func add(_ captures: Int) { count.add(captures, ordering: .acquiringAndReleasing) }
  }

  private func read(into queue: Mailbox<Batch>, _ waiting: WaitingCount) {
    var attributor = attributor
    let deadline = duration.map { Clock.boot() + $0 }
    /// - Returns: how many records there were.
    func drain(waiting milliseconds: Int32) -> Int {
      var batch = Batch(captures: [], now: bootTime.advanced(byNanoseconds: Clock.boot()))
      let count = probe.drain(waiting: milliseconds) { record in
        var capture = record.capture(bootTime: bootTime)
        attributor.attribute(&capture)
        batch.captures.append(capture)
      }
      waiting.add(batch.captures.count)
      _ = queue.offer(batch)
      return count
    }
    while !stop.isRequested {
      if let deadline, Clock.boot() >= deadline { break }
      if waiting.value < Self.mostWaiting { _ = drain(waiting: Self.patience) } else { Place.nap() }
    }
    probe.detach()
    while drain(waiting: 0) > 0 {}
    queue.close()
  }
}
