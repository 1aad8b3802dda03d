import Attribution
import TraceModel
import HostSystem
import KernelProbe
import Synchronization
import Tracing

/// Packets from the kernel: a thread of its own drains the ring, as soon as they come, so that their processes are found.
final class LiveSource: TraceSource {
  private let probe: Probe
  private let stopRequest: StopRequest
  private let queue = BlockingQueue<PacketBatch>(capacity: .max)
  private let waiting = WaitingCount()
  private let reader: Thread
  /// Taken out of the queue, the next one last.
  private var batches: [PacketBatch] = []
  /// Packets in the batch that was given last.
  private var given = 0
  private var isFirst = true

  let countsPackets = true

  /// Packets that may wait for the pipeline before the reader leaves what comes in the ring, some 4 MiB: there the kernel
  /// counts what finds no room.
  private static let mostWaiting = 8192
  /// Milliseconds that the reader waits for a packet before it looks whether it shall stop.
  private static let patience: Int32 = 50

  /// - Parameter duration: nanoseconds; nil runs until it is stopped.
  init(
    _ probe: Probe, _ attributor: Attributor, bootTime: Timestamp, duration: Int64?, stop: StopRequest
  ) throws(Failure) {
    self.probe = probe
    stopRequest = stop
    let (queue, waiting) = (queue, waiting)
    reader = try Thread.started {
      var attributor = attributor
      let deadline = duration.map { Clock.boot() + $0 }
      func drain(waiting milliseconds: Int32) -> Int {
        Self.drain(probe, &attributor, bootTime, milliseconds, into: queue, waiting)
      }
      while !stop.isRequested {
        if let deadline, Clock.boot() >= deadline { break }
        if waiting.value < Self.mostWaiting {
          _ = drain(waiting: Self.patience)
        } else {
          Thread.sleep(milliseconds: 1)
        }
      }
      probe.detach()
      while drain(waiting: 0) > 0 {}
      queue.close()
    }
  }

  /// Packets between the reader and the pipeline.
  private final class WaitingCount: Sendable {
    private let count = Atomic(0)

    var value: Int { count.load(ordering: .acquiring) }

    func add(_ packets: Int) { count.add(packets, ordering: .acquiringAndReleasing) }
  }

  /// - Returns: how many packets there were.
  private static func drain(
    _ probe: Probe, _ attributor: inout Attributor, _ bootTime: Timestamp, _ milliseconds: Int32,
    into queue: BlockingQueue<PacketBatch>, _ waiting: WaitingCount
  ) -> Int {
    var batch = PacketBatch(now: bootTime.advanced(byNanoseconds: Clock.boot()))
    let count = probe.drain(waiting: milliseconds) { record in
      let party = attributor.attribute(record.tasks)
      batch.append(PacketView(record.octets, record.packetHeader(bootTime: bootTime), party))
    }
    waiting.add(batch.count)
    _ = queue.offer(batch)
    return count
  }

  /// The first batch is empty and comes at once: everything runs then.
  func next() -> PacketBatch? {
    if isFirst {
      isFirst = false
      return PacketBatch()
    }
    waiting.add(-given)
    given = 0
    if batches.isEmpty {
      guard let all = queue.takeAll() else {
        reader.join()
        return nil
      }
      batches = all.reversed()
    }
    let batch = batches.popLast()
    given = batch?.count ?? 0
    return batch
  }

  func stop() { stopRequest.request() }

  func count(into ledger: inout Ledger) { probe.counters().enter(into: &ledger) }
}

/// Asks a trace to end; may be asked from any thread, more than once.
final class StopRequest: Sendable {
  private let requested = Atomic(false)

  var isRequested: Bool { requested.load(ordering: .acquiring) }

  func request() { requested.store(true, ordering: .releasing) }

  /// Asks on Ctrl-C or SIGTERM; a second one ends the process at once.
  func onSignals() throws(Failure) {
    _ = try Thread.started { [self] in
      _ = Signals.wait()
      request()
      let second = Signals.wait()
      CurrentProcess.exit(128 + second)
    }
  }
}
