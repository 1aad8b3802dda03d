import Attribution
import TraceModel
import HostSystem
import KernelProbe
import Synchronization
import TracePipeline

/// Packets from the kernel. A separate thread reads the ring as soon as packets arrive, while their processes still exist.
final class LiveSource: TraceSource {
  private let probe: Probe
  private let stopRequest: StopRequest
  private let queue = BlockingQueue<PacketBatch>(capacity: .max)
  private let waiting = WaitingCount()
  private let reader: Thread
  /// Batches taken out of the queue, the next one last.
  private var batches: [PacketBatch] = []
  /// Packets in the batch that was returned last.
  private var lastCount = 0
  private var isFirst = true

  let countsPackets = true

  /// The reader pauses when this many packets are queued for the pipeline (about 4 MiB). Overflow is then dropped in the ring
  /// and counted there.
  private static let queueLimit = 8192
  /// Milliseconds that the reader waits for a packet before it checks whether to stop.
  private static let readTimeout: Int32 = 50

  /// - Parameter duration: nanoseconds; nil runs until it is stopped.
  init(
    _ probe: Probe, _ attributor: Attributor, interfaces names: InterfaceNames, bootTime: Timestamp,
    duration: Int64?, stop: StopRequest
  ) throws(Failure) {
    self.probe = probe
    stopRequest = stop
    let (queue, waiting) = (queue, waiting)
    reader = try Thread.started {
      var attributor = attributor
      var interfaces = InterfaceReader(into: names)
      let deadline = duration.map { Clock.boot() + $0 }
      func drain(waiting milliseconds: Int32) -> Int {
        Self.drain(probe, &attributor, &interfaces, bootTime, milliseconds, into: queue, waiting)
      }
      while !stop.isRequested {
        if let deadline, Clock.boot() >= deadline { break }
        if waiting.value < Self.queueLimit {
          _ = drain(waiting: Self.readTimeout)
        } else {
          Thread.sleep(milliseconds: 1)
        }
      }
      probe.detach()
      while drain(waiting: 0) > 0 {}
      queue.close()
    }
  }

  /// The number of packets between the reader and the pipeline.
  private final class WaitingCount: Sendable {
    private let count = Atomic(0)

    var value: Int { count.load(ordering: .acquiring) }

    func add(_ packets: Int) { count.add(packets, ordering: .acquiringAndReleasing) }
  }

  /// - Returns: the number of packets.
  private static func drain(
    _ probe: Probe, _ attributor: inout Attributor, _ interfaces: inout InterfaceReader,
    _ bootTime: Timestamp,
    _ milliseconds: Int32, into queue: BlockingQueue<PacketBatch>, _ waiting: WaitingCount
  ) -> Int {
    var batch = PacketBatch(now: bootTime.advanced(byNanoseconds: Clock.boot()))
    let count = probe.drain(waiting: milliseconds) { record in
      let header = record.packetHeader(bootTime: bootTime)
      interfaces.note(header, at: batch.now)
      let attribution = attributor.attribute(record.tasks)
      batch.append(PacketView(record.octets, header, attribution))
    }
    waiting.add(batch.count)
    _ = queue.offer(batch)
    return count
  }

  /// The first batch is empty and is returned at once, when all parts run.
  func next() -> PacketBatch? {
    if isFirst {
      isFirst = false
      return PacketBatch()
    }
    waiting.add(-lastCount)
    lastCount = 0
    if batches.isEmpty {
      guard let all = queue.takeAll() else {
        reader.join()
        return nil
      }
      batches = all.reversed()
    }
    let batch = batches.popLast()
    lastCount = batch?.count ?? 0
    return batch
  }

  func stop() { stopRequest.request() }

  func count(into ledger: inout Ledger) { probe.counters().enter(into: &ledger) }
}

/// A request to end a trace; any thread may make it, more than once.
final class StopRequest: Sendable {
  private let requested = Atomic(false)

  var isRequested: Bool { requested.load(ordering: .acquiring) }

  func request() { requested.store(true, ordering: .releasing) }

  /// Requests the end on Ctrl-C or SIGTERM; a second signal ends the process at once.
  ///
  /// - Parameter reload: what SIGHUP requests; nil if it ends the trace too.
  func onSignals(reload: ReloadRequest? = nil) throws(Failure) {
    _ = try Thread.started { [self] in
      _ = Self.wait(reload)
      request()
      let second = Self.wait(reload)
      CurrentProcess.exit(128 + second)
    }
  }

  private static func wait(_ reload: ReloadRequest?) -> Int32 {
    while true {
      let number = Signals.wait()
      guard let reload, number == Signals.hangUp else { return number }
      reload.request()
    }
  }
}
