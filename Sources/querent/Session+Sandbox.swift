import Attribution
import HostSystem
import ProcFS
import SystemPackage

extension Session {
  /// Creates the files of the outputs, and then gives up everything that the rest of the trace does not need. To be called before
  /// there are threads, which would keep it.
  ///
  /// - Parameters:
  ///   - group: the cgroup of the command that is traced.
  ///   - configuration: the file that is read again on request.
  func confine(
    _ outputs: [any TraceOutput], _ metrics: MetricsOutput? = nil, command group: PrivateCgroup? = nil,
    configuration: String? = nil
  ) throws(Failure) {
    try outputs.create()
    var sandbox = Sandbox.ofTrace()
    group?.allow(in: &sandbox)
    if let configuration {
      sandbox.reopensFiles = true
      // Editors replace the file. Filters may name users.
      sandbox.rules += [FileSystem.directory(of: configuration), "/etc/passwd", "/etc/nsswitch.conf"].map {
        Sandbox.Rule($0, .read)
      }
    }
    for output in outputs { output.allow(in: &sandbox) }
    metrics?.allow(in: &sandbox)
    guard isSandboxed else {
      Capabilities.keepOnly(sandbox.capabilities.union(.toWatch))
      return
    }
    let report = sandbox.apply()
    if show.verbose || group == nil && !report.isComplete {
      Terminal.write("querent: sandbox: \(report)\n", to: 2)
    }
  }
}

extension Sandbox {
  /// What every live trace needs, however it is shown.
  static func ofTrace(on facts: HostFacts = .current()) -> Sandbox {
    var sandbox = Sandbox()
    // SQLite draws random numbers; the C library asks how many CPUs there are.
    sandbox.rules = ["/proc", "/sys/devices/system/cpu", "/dev/urandom"].map { Rule($0, .read) }
    // Before 5.19, kernel.unprivileged_bpf_disabled applies to reading one's own maps too.
    sandbox.capabilities = facts.isAtLeast(5, 19) ? [] : .bpf
    if ProcFS.hidesProcesses() {
      sandbox.leavesFiles = "hidepid would hide all processes"
      sandbox.capabilities.formUnion([.sysPtrace, .dacReadSearch])
    }
    return sandbox
  }
}

// MARK: What the parts of a trace need

extension RecordsOutput {
  func allow(in sandbox: inout Sandbox) { target.allow(in: &sandbox) }
}

extension HistoryOutput {
  func allow(in sandbox: inout Sandbox) {
    sandbox.rules.append(Sandbox.Rule(plan.directory.path, [.read, .replace]))
  }
}

extension MetricsOutput {
  func allow(in sandbox: inout Sandbox) {
    sandbox.rules.append(Sandbox.Rule(FileSystem.directory(of: file.path), .replace))
    // Its directory may be another user's.
    sandbox.capabilities.insert(.dacOverride)
  }
}

extension PrivateCgroup {
  /// Signals to the command, and the removal of the cgroup.
  func allow(in sandbox: inout Sandbox) {
    sandbox.hasChildren = true
    sandbox.capabilities.formUnion([.kill, .dacOverride])
    sandbox.rules += [
      Sandbox.Rule(path, [.read, .write]), Sandbox.Rule(parent, .removeDirectory),
      Sandbox.Rule("\(parent)/cgroup.procs", .write),
    ]
  }
}

extension FileBroker: HostFiles {}

extension FileBroker {
  static func started() throws(Failure) -> FileBroker {
    do throws(Errno) {
      return try FileBroker {
        Terminal.write(
          "querent: the process that reads for the sandbox (querent-broker) has ended: executables, directories and the "
            + "names of users and containers are missing from now on\n", to: 2)
      }
    } catch {
      throw Failure(
        "can't start the process that reads for the sandbox: \(error)", advice: Failure.moreMemory,
        code: .failed)
    }
  }
}
