import ArgumentParser
import TraceModel
import Correlation
import HostSystem
import KernelProbe
import ProcFS
import SystemPackage

/// `querent run`: traces one command and its children.
struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trace one command and all its children.",
    discussion: """
      The command runs in its own cgroup, as the user who called sudo, and querent exits with its exit \
      code. Records go to standard error, or to --output, and so do not mix with the command's output.

        sudo querent run -- curl https://example.com
        sudo querent run --format json --output dns.json -- apt-get update

      If querent is killed (SIGKILL), the command continues without being traced, as with strace; the next run \
      removes its cgroup when that is empty. With --kill-on-exit the command and all its children are killed when \
      querent ends.
      """)

  @OptionGroup(title: "What is shown") var show: ShowOptions
  @OptionGroup(title: "Filters (each may be given more than once)") var filters: FilterOptions
  @OptionGroup(title: "History") var history: HistoryOptions
  @OptionGroup(title: "Metrics") var metrics: MetricsOptions
  @OptionGroup(title: "In the kernel") var kernel: KernelOptions

  @Option(help: ArgumentHelp("Run the command as this user; give root to run it as root.", valueName: "user"))
  var runAs: String?

  @Flag(
    help: "Kill the command and all its children when querent ends, even if it ends by SIGKILL.")
  var killOnExit = false

  @Argument(parsing: .postTerminator, help: "The command and its arguments, after --.")
  var command: [String]

  func validate() throws {
    if command.isEmpty {
      throw ValidationError("Name the command to trace, for example: querent run -- curl example.com")
    }
    if kernel.tap != nil || kernel.interface != nil || kernel.cgroup != nil {
      throw ValidationError("run traces the command's own cgroup: leave out --tap, --interface and --cgroup")
    }
  }

  func run() throws {
    do {
      var filter = try filters.filter(showing: show.unit)
      filter.isTargetOnly = true
      let user = try self.user()
      let plans = try show.outputs(otherwise: 2, filter)
      let store = try history.plan(filter, show)
      var counted = Filter()
      counted.isTargetOnly = true
      let metrics = try metrics.output(counting: counted, beside: plans)
      Signals.block()
      let group = try PrivateCgroup(killOnExit ? .killed : .kept)
      defer { group.remove() }
      // The tap is on the whole host: a resolver that answers the command is not in its cgroup.
      let session = try Session(
        show: show, kernel: kernel, tap: .cgroup(HostFacts.current().usableCgroup()),
        target: ProcFS.inode(group.path), countsRunTime: self.metrics.metricsRunTime)
      let command = try prepare(in: group, as: user)
      let report: TraceReport
      let status = ExitStatus()
      var isBegun = false
      do throws(Failure) {
        let outputs =
          plans.map { $0.output(host: session.host, show: show) } + store.outputs(host: session.host)
        try session.confine(outputs, metrics, command: group)
        let waiter = try follow(command.child, session.stop, status)
        report = try session.run(outputs, metrics: metrics) { () throws(Failure) in
          if show.verbose { session.announce() }
          isBegun = true
          try start(command)
        }
        waiter.join()
      } catch {
        if !isBegun { command.cancel() }
        throw error
      }
      if show.verbose || !report.balances || report.lost > 0 {
        Terminal.write("querent: ended\n\(report.text)", to: 2)
      }
      let code = status.value
      throw ExitCode(code == 0 ? report.code.rawValue : code)
    } catch let failure as Failure {
      throw failure.leave()
    }
  }

  private func user() throws(Failure) -> Child.User? {
    let wanted = runAs ?? Terminal.variable("SUDO_UID")
    guard let wanted else { return nil }
    guard let user = Child.User(wanted) else {
      throw Failure(
        "there is no user \(wanted)", advice: "give --run-as a name or number from /etc/passwd", code: .usage)
    }
    return user.uid == 0 ? nil : user
  }

  private func prepare(
    in group: PrivateCgroup, as user: Child.User?
  ) throws(Failure) -> Child.Prepared {
    do {
      return try Child.prepare(command, cgroup: group.path, user: user)
    } catch {
      let advice =
        switch error.step {
        case .exec: "check the command's name and permissions"
        case .user: "querent must be root to run it as another user"
        case .cgroup: "querent must be allowed to move processes into \(group.path)"
        case .fork: "raise the limit on processes (ulimit -u), or free memory"
        }
      throw Failure("can't start \(command[0]): \(error.errno)", advice: advice, code: .failed)
    }
  }

  private func start(_ command: Child.Prepared) throws(Failure) {
    do {
      try command.start()
    } catch {
      throw Failure(
        "can't start \(self.command[0]): \(error.errno)",
        advice: "check the command's name and permissions", code: .failed)
    }
  }

  /// Starts the threads that wait for the end of the command and forward signals.
  private func follow(_ child: Child, _ stop: StopRequest, _ status: ExitStatus) throws(Failure) -> Thread {
    // The terminal sends Ctrl-C to the command too; signals that only querent gets are forwarded.
    _ = try Thread.started {
      while true {
        let number = Signals.wait()
        if number != Signals.interrupt { child.send(number) }
      }
    }
    return try Thread.started {
      status.set(child.wait())
      stop.request()
    }
  }
}

/// The exit status of the command, passed from the thread that waits for it.
private final class ExitStatus: Sendable {
  private let box = BlockingQueue<Int32>(capacity: 1)

  func set(_ code: Int32) { _ = box.offer(code) }

  /// May be read once.
  var value: Int32 { box.takeAll()?.first ?? 127 }
}

/// A cgroup v2 directory for one command, below querent's own cgroup.
final class PrivateCgroup {
  let path: String
  let parent: String
  private let cgroupGuard: CgroupGuard?

  /// What happens to processes that remain in it when querent ends.
  enum Remaining { case kept, killed }

  init(_ remaining: Remaining) throws(Failure) {
    let mount = try HostFacts.current().usableCgroup()
    let own = ProcFS.text("/proc/self/cgroup").flatMap(ControlGroups.path) ?? "/"
    parent = own == "/" ? mount : mount + own
    path = "\(parent)/querent-\(CurrentProcess.id)"
    Self.sweep(parent)
    do {
      try FileSystem.makeDirectory(path)
    } catch {
      throw Failure(
        "can't make the cgroup \(path): \(error)",
        advice: CurrentProcess.isRoot ? "cgroup v2 must be writable here" : "run it with sudo",
        code: CurrentProcess.isRoot ? .failed : .permission)
    }
    do throws(Errno) {
      cgroupGuard = remaining == .killed ? try CgroupGuard(path) : nil
    } catch {
      try? FileSystem.removeDirectory(path)
      throw Failure(
        "can't start the process that kills the command: \(error)",
        advice: "raise the limit on processes (ulimit -u), or free memory", code: .failed)
    }
  }

  /// Removes the directory; processes that remain in it are killed, or moved to querent's own cgroup.
  func remove() {
    if let cgroupGuard {
      try? cgroupGuard.release()
      return
    }
    for pid in (ProcFS.text("\(path)/cgroup.procs") ?? "").split(separator: "\n") {
      try? FileSystem.write(String(pid), to: "\(parent)/cgroup.procs")
    }
    try? FileSystem.removeDirectory(path)
  }

  /// Removes the empty directories of runs that were killed.
  private static func sweep(_ parent: String) {
    for name in ProcFS.names(in: parent) where name.hasPrefix("querent-") {
      guard let pid = Int32(name.dropFirst(8)), ProcessStat(pid: pid) == nil else { continue }
      try? FileSystem.removeDirectory("\(parent)/\(name)")
    }
  }
}
