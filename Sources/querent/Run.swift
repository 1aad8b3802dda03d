import ArgumentParser
import Captures
import Correlation
import HostSystem
import KernelProbe
import ProcFS

/// Traces one command and everything it starts.
struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trace one command and all its children.",
    discussion: """
      The command runs in a cgroup of its own, as the user who called sudo, and querent ends with its exit \
      code. Records go to standard error, or to --output, so that the command's own output stays clean.

        sudo querent run -- curl https://example.com
        sudo querent run --format json --output dns.json -- apt-get update
      """)

  @OptionGroup(title: "What is shown") var show: ShowOptions
  @OptionGroup(title: "Filters (each may be given more than once)") var filters: FilterOptions
  @OptionGroup(title: "In the kernel") var kernel: KernelOptions

  @Option(help: ArgumentHelp("Run the command as this user; root keeps it root.", valueName: "user"))
  var runAs: String?

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
      let (target, format) = try show.destination(otherwise: 2)
      Signals.hold()
      let group = try PrivateCgroup()
      defer { group.remove() }
      let session = try Session(
        show: show, filter: filter, kernel: kernel, tap: .cgroup(group.path), announcing: show.verbose)
      let child = try start(in: group, as: user)
      Capabilities.keepOnly(.toRun)
      forwardSignals(to: child)
      let stop = session.stop
      let ending = ExitStatus()
      let waiter = Worker {
        ending.set(child.wait())
        stop.request()
      }
      let ledger = session.run(to: target, encoder: session.encoder(format, for: target))
      waiter.join()
      if show.verbose || !ledger.closes || ledger.lost > 0 {
        Terminal.write("querent: ended\n\(ledger.text)", to: 2)
      }
      throw ExitCode(ending.value)
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

  private func start(in group: PrivateCgroup, as user: Child.User?) throws(Failure) -> Child {
    do {
      return try Child(command, cgroup: group.path, user: user)
    } catch {
      let advice =
        switch error.step {
        case .exec: "check the command's name and permissions"
        case .user: "querent must be root to run it as another user"
        case .cgroup: "querent must be allowed to move processes into \(group.path)"
        case .fork: "the host has no room for another process"
        }
      throw Failure("can't start \(command[0]): \(Place.message(error.errno))", advice: advice, code: .failed)
    }
  }

  /// Ctrl-C reaches the command by the terminal; what is sent to querent alone is passed on.
  private func forwardSignals(to child: Child) {
    _ = Worker {
      while true {
        let number = Signals.wait()
        if number != Signals.interrupt { child.send(number) }
      }
    }
  }
}

/// How the command ended, handed from the thread that waits for it.
private final class ExitStatus: Sendable {
  private let box = Mailbox<Int32>(capacity: 1)

  func set(_ code: Int32) { _ = box.offer(code) }

  var value: Int32 { box.takeAll()?.first ?? 127 }
}

/// A cgroup v2 directory for one command, below querent's own.
final class PrivateCgroup {
  let path: String
  private let parent: String

  init() throws(Failure) {
    let mount = try HostFacts.current().usableCgroup()
    let own = ProcFS.text("/proc/self/cgroup").flatMap(ControlGroups.path) ?? "/"
    parent = own == "/" ? mount : mount + own
    path = "\(parent)/querent-\(Place.processID())"
    Self.sweep(parent)
    let error = Place.makeDirectory(path)
    guard error == 0 else {
      throw Failure(
        "can't make the cgroup \(path): \(Place.message(error))",
        advice: Place.isRoot() ? "cgroup v2 must be writable here" : "run it with sudo",
        code: Place.isRoot() ? .failed : .permission)
    }
  }

  /// Lets go of the directory; what still runs in it moves back to where querent is.
  func remove() {
    for pid in (ProcFS.text("\(path)/cgroup.procs") ?? "").split(separator: "\n") {
      _ = Place.put(String(pid), into: "\(parent)/cgroup.procs")
    }
    _ = Place.removeDirectory(path)
  }

  /// Removes the empty directories of runs that were killed.
  private static func sweep(_ parent: String) {
    for name in ProcFS.names(in: parent) where name.hasPrefix("querent-") {
      guard let pid = Int32(name.dropFirst(8)), ProcessStat(pid: pid) == nil else { continue }
      _ = Place.removeDirectory("\(parent)/\(name)")
    }
  }
}
