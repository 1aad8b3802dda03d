import CaptureFiles
import TraceModel
import Formats
import HostSystem
import TracePipeline

/// Reads capture files, one after the other; the times of their packets are the clock.
final class FileSource: TraceSource {
  private var files: ArraySlice<String>
  private let arguments: Arguments
  private let interfaces: InterfaceNames
  private let stopRequest: StopRequest
  private let showsProgress: Bool
  /// Called with each failure.
  private let report: (Failure) -> Void
  private var input: CaptureInput?
  private var progress: Progress?
  private var clock = FileClock()
  /// Batches that were read and not yet returned, in order.
  private var batches: ArraySlice<PacketBatch> = []
  /// The batch that was read last.
  private var last: PacketBatch?
  /// Files that could not be read to their end; already reported.
  private(set) var failures: [Failure] = []

  /// Whether command lines in the files are kept.
  enum Arguments { case included, omitted }

  init(
    _ files: [String], interfaces: InterfaceNames, arguments: Arguments, showsProgress: Bool,
    stop: StopRequest, report: @escaping (Failure) -> Void = { _ = $0.leave() }
  ) {
    self.files = files[...]
    self.interfaces = interfaces
    self.arguments = arguments
    self.showsProgress = showsProgress
    stopRequest = stop
    self.report = report
  }

  func next() -> PacketBatch? {
    while batches.isEmpty {
      guard !stopRequest.isRequested else {
        endProgress()
        return nil
      }
      if input == nil {
        guard let file = files.popFirst() else { return nil }
        open(file)
      } else {
        read()
      }
    }
    return batches.popFirst()
  }

  func stop() { stopRequest.request() }

  private func open(_ file: String) {
    do throws(Failure) {
      let opened = try CaptureInput(file, interfaces: interfaces)
      progress = Progress(of: opened.name, size: opened.size, isShown: showsProgress)
      input = consume opened
    } catch {
      fail(error)
    }
  }

  /// Reads the next octets, and starts a new batch of their packets whenever the clock advances.
  private func read() {
    var cut: [PacketBatch] = []
    var batch = PacketBatch(like: last)
    var isGoing = false
    do throws(Failure) {
      isGoing =
        try input?.step { packet in
          if clock.hasAdvanced(at: packet.header.time) {
            batch.now = packet.header.time
            cut.append(batch)
            batch = PacketBatch(like: batch)
          }
          if arguments == .omitted { batch.append(packet.withoutArguments) } else { batch.append(packet) }
        } ?? false
      // A capture without packets is a valid capture.
      if !isGoing { cut.append(PacketBatch()) }
      progress?.show(input?.position ?? 0, packets: input?.packetCount ?? 0)
    } catch {
      fail(error)
    }
    if !batch.isEmpty {
      last = batch
      cut.append(batch)
    }
    batches = cut[...]
    guard !isGoing else { return }
    input = nil
    endProgress()
  }

  private func fail(_ failure: Failure) {
    endProgress()
    report(failure)
    failures.append(failure)
  }

  private func endProgress() {
    progress?.end()
    progress = nil
  }
}

/// Advances the pipeline's time in steps, so that its behaviour depends only on the file.
private struct FileClock {
  private var last: Timestamp?

  /// Nanoseconds.
  private static let step: Int64 = 100_000_000

  mutating func hasAdvanced(at time: Timestamp) -> Bool {
    guard let last, time >= last else {
      // The first packet, or a file that starts before the end of the previous one.
      self.last = time
      return false
    }
    guard time.nanoseconds(since: last) >= Self.step else { return false }
    self.last = time
    return true
  }
}

extension Host {
  /// The host of a capture file; only the names of its interfaces are known.
  init(of interfaces: InterfaceNames) {
    self.init(interfaces: interfaces, clockOffsets: ClockOffsets(Clock.offsets()))
  }
}

extension PacketView {
  /// Without the command line, which may contain secrets.
  fileprivate var withoutArguments: PacketView {
    @_lifetime(copy self)
    get {
      guard let process = attribution.process, let details = process.details, details.arguments != nil else {
        return self
      }
      let others = ProcessDetails(
        executable: details.executable, isInherited: details.isInherited,
        workingDirectory: details.workingDirectory, user: details.user, group: details.group,
        parent: details.parent, cgroup: details.cgroup, container: details.container)
      return PacketView(
        octets, header, Attribution(ObservedProcess(process.task, others), attribution.method))
    }
  }
}
