import CaptureFiles
import Captures
import Correlation
import Formats
import HostSystem
import KernelProbe

/// Capture files on their way through the line; their own times are the clock.
struct Reading {
  let host: Host
  private let show: ShowOptions
  private let settings: Line.Settings
  private let interfaces: InterfaceTable
  private let stop = LiveTrace.Stop()

  init(show: ShowOptions, ports: PortOptions, filter: Filter) {
    self.show = show
    settings = Line.Settings(
      unit: show.unit, timeout: show.timeout.nanoseconds,
      dnsPorts: ports.known, isAnyPort: ports.isAnyPort, filter: filter, count: show.count,
      rotation: show.rotation())
    let interfaces = InterfaceTable()
    self.interfaces = interfaces
    // Of the host where the packets were captured nothing is known.
    host = Host(
      interfaceName: { index, _ in interfaces.name(index) },
      clockOffset: { Clock.offset(at: $0.nanoseconds / 1_000_000_000) })
  }

  /// Ends on Ctrl-C or SIGTERM; a second one ends the process at once.
  func stopOnSignals() throws(Failure) {
    let stop = stop
    _ = try Worker.started {
      _ = Signals.wait()
      stop.request()
      let second = Signals.wait()
      Place.exitNow(128 + second)
    }
  }

  /// Reads all files, and writes to `target` at the pace of its reader; an output file is made, or emptied, when the
  /// first octets of an input have turned out to be a capture.
  func run(_ files: [String], to target: Output.Target, encoder: any Encoder) -> (Ledger, [Failure]) {
    var sink = LateOutput(target, stop)
    var line = Line(
      settings, encoder: encoder,
      malformed: show.verbose ? .told { Terminal.write("querent: \($0)\n", to: 2) } : .counted)
    var clock = FileTime()
    var failures: [Failure] = []
    for file in files where !stop.isRequested {
      do throws(Failure) {
        try read(file, isShown: !target.isTerminal, &line, &clock, &sink)
      } catch {
        _ = error.leave()
        failures.append(error)
      }
    }
    if let output = sink.output {
      line.finish(output.emit)
      let remainder = output.finish(within: 2000)
      line.enter(remainder)
      if let loss = Failure(remainder, to: target) {
        _ = loss.leave()
        failures.append(loss)
      }
    }
    return (line.ledger, failures)
  }

  private func read(
    _ file: String, isShown: Bool, _ line: inout Line, _ clock: inout FileTime, _ sink: inout LateOutput
  ) throws(Failure) {
    var input = try CaptureInput(file, interfaces: interfaces)
    var progress = Progress(of: input.name, size: input.size, isShown: isShown)
    defer { progress.end() }
    var refusal: Failure?
    var isGoing = true
    while isGoing, !stop.isRequested {
      isGoing = try input.step { capture in
        // Others are not read any more, as it were.
        guard !line.isDone, refusal == nil else { return }
        do throws(Failure) {
          let emit = try sink.open(&line)
          if clock.hasComeFar(at: capture.time) { line.advance(to: capture.time, emit) }
          line.enter { ledger in
            ledger.seen += 1
            ledger.recognised += 1
            if capture.originalLength > capture.bytes.count { ledger.shortened += 1 }
          }
          if show.noArgs { line.push(capture.withoutArguments, emit) } else { line.push(capture, emit) }
        } catch {
          refusal = error
        }
      }
      if let refusal {
        stop.request()
        throw refusal
      }
      if line.isDone { stop.request() }
      progress.show(input.position, packets: input.packetCount)
    }
    // A capture without packets is one too.
    if !isGoing { _ = try sink.open(&line) }
  }
}

/// An output that is opened when there is something to write.
private struct LateOutput {
  private let target: Output.Target
  private let stop: LiveTrace.Stop
  private(set) var output: Output?

  init(_ target: Output.Target, _ stop: LiveTrace.Stop) {
    self.target = target
    self.stop = stop
  }

  /// Opens it unless that is done, and has the line begin.
  mutating func open(_ line: inout Line) throws(Failure) -> Line.Emit {
    if let output { return output.emit }
    let stop = stop
    let target = try target.made()
    do throws(Failure) {
      let output = try target.open(pressure: .wait(until: { stop.isRequested })) { stop.request() }
      self.output = output
      target.empty()
      line.start(output.emit)
      return output.emit
    } catch {
      target.discard()
      throw error
    }
  }
}

/// When the line is told the time: in steps, so that it depends on the file alone.
private struct FileTime {
  private var last: Timestamp?

  /// Nanoseconds.
  private static let step: Int64 = 100_000_000

  mutating func hasComeFar(at time: Timestamp) -> Bool {
    guard let last, time >= last else {
      // The first, or a file that starts before the one before has ended.
      self.last = time
      return false
    }
    guard time.nanoseconds(since: last) >= Self.step else { return false }
    self.last = time
    return true
  }
}

/// How far a large file has been read, for a person who waits.
private struct Progress {
  private let name: String
  private let size: Int64
  private let isShown: Bool
  private var next = Clock.boot() + Self.interval
  private var hasWritten = false

  /// Nanoseconds.
  private static let interval: Int64 = 500_000_000
  /// Octets from which on a file counts as large.
  private static let large: Int64 = 32 << 20

  init(of name: String, size: Int64?, isShown: Bool) {
    self.name = name
    self.size = size ?? 0
    self.isShown = isShown && self.size >= Self.large && Terminal.isTerminal(2)
  }

  mutating func show(_ position: Int64, packets: Int) {
    guard isShown, Clock.boot() >= next else { return }
    next = Clock.boot() + Self.interval
    hasWritten = true
    Terminal.write("\r\(name): \(100 * position / size) %, \(packets) packets ", to: 2)
  }

  /// Takes the line away.
  func end() { if hasWritten { Terminal.write("\r\u{1b}[K", to: 2) } }
}

extension Capture {
  /// Without the command line, which may hold secrets.
  fileprivate var withoutArguments: Capture {
    guard let details = party.details, details.arguments != nil else { return self }
    var capture = self
    let others = ProcessDetails(
      executable: details.executable, isInherited: details.isInherited,
      workingDirectory: details.workingDirectory, user: details.user, group: details.group,
      parent: details.parent, cgroup: details.cgroup, container: details.container)
    capture.party = Party(owner: party.owner, details: others, method: party.method)
    return capture
  }
}
