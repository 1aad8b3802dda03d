import ArgumentParser
import TraceModel
import Correlation
import HostSystem
import KernelProbe
import ProcFS
import SystemPackage

/// Traces one command and everything it starts.
struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trace one command and all its children.",
    discussion: """
      The command runs in a cgroup of its own, as the user who called sudo, and querent ends with its exit \
      code. Records go to standard error, or to --output, so that the command's own output stays clean.

        sudo querent run -- curl https://example.com
        sudo querent run --format json --output dns.json -- apt-get update

      A command whose querent is killed (SIGKILL) goes on undisturbed, untraced, as with strace; the next run \
      removes its cgroup once that is empty. With --kill-on-exit it is killed, with all its children, when \
      querent ends.
      """)

  @OptionGroup(title: "What is shown") var show: ShowOptions
  @OptionGroup(title: "Filters (each may be given more than once)") var filters: FilterOptions
  @OptionGroup(title: "In the kernel") var kernel: KernelOptions

  @Option(help: ArgumentHelp("Run the command as this user; root keeps it root.", valueName: "user"))
  var runAs: String?

  @Flag(
    help: "Kill the command and all its children when querent ends, even if it ends by SIGKILL.")
  var killOnExit = false

  @Argument(parsing: .postTerminator, help: "The command and its arguments, after --.")
  var command: [String]

  func validate() throws {
    if command.isEmpty {
      throw ValidationError("Say which command to trace, as in: querent run -- curl example.com")
    }
  }

  func run() throws {
    do {
      let filter = try filters.filter(showing: show.unit)
      let user = try self.user()
      let plans = try show.outputs(otherwise: 2, filter)
      Signals.block()
      let group = try PrivateCgroup(killOnExit ? .killed : .kept)
      defer { group.remove() }
      let session = try Session(show: show, kernel: kernel, tap: .cgroup(group.path))
      let command = try prepare(in: group, as: user)
      Capabilities.keepOnly(.toRun)
      let report: TraceReport
      let status = ExitStatus()
      var isBegun = false
      do throws(Failure) {
        let waiter = try follow(command.child, session.stop, status)
        let outputs = plans.map { $0.output(host: session.host, show: show) }
        report = try session.run(outputs) { () throws(Failure) in
          if show.verbose { session.announce() }
          isBegun = true
          try start(command)
        }
        waiter.join()
      } catch {
        if !isBegun { command.cancel() }
        throw error
      }
      if show.verbose || !report.closes || report.lost > 0 {
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
        case .fork: "the host has no room for another process"
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

  /// Starts the threads that wait for the command's end and pass signals on.
  private func follow(_ child: Child, _ stop: StopRequest, _ status: ExitStatus) throws(Failure) -> Thread {
    // Ctrl-C reaches the command by the terminal; what is sent to querent alone is passed on.
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

/// How the command ended, handed from the thread that waits for it.
private final class ExitStatus: Sendable {
  private let box = BlockingQueue<Int32>(capacity: 1)

  func set(_ code: Int32) { _ = box.offer(code) }

  /// To be asked for once.
  var value: Int32 { box.takeAll()?.first ?? 127 }
}

/// A cgroup v2 directory for one command, below querent's own.
final class PrivateCgroup {
  let path: String
  private let parent: String
  private let cgroupGuard: CgroupGuard?

  /// What becomes of processes that are left in it when querent ends.
  enum Rest { case kept, killed }

  init(_ rest: Rest) throws(Failure) {
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
      cgroupGuard = rest == .killed ? try CgroupGuard(path) : nil
    } catch {
      try? FileSystem.removeDirectory(path)
      throw Failure(
        "can't start the process that kills the command: \(error)",
        advice: "the host has no room for another process", code: .failed)
    }
  }

  /// Lets go of the directory; what still runs in it is killed, or moves back to where querent is.
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
