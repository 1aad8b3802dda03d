import CLibBPF

/// How long one kernel program has run.
package struct ProgramRunTime: Sendable {
  package let program: String
  package let nanoseconds: UInt64
  package let runs: UInt64
}

extension Probe {
  /// How long each program has run since it was loaded; nil unless `ProbePlan.countsRunTime` asked for it and the kernel
  /// does it (5.8, CAP_SYS_ADMIN).
  package func runTimes() -> [ProgramRunTime]? {
    guard runTimeStatistics != nil else { return nil }
    return countedPrograms.compactMap { name in
      var (nanoseconds, runs): (UInt64, UInt64) = (0, 0)
      // SAFETY: both numbers are this call's own.
      guard unsafe querent_run_time(object.programDescriptor(name), &nanoseconds, &runs) == 0 else {
        return nil
      }
      return ProgramRunTime(program: name, nanoseconds: nanoseconds, runs: runs)
    }
  }

  /// Has the kernel count how long programs run, until the descriptor is closed.
  static func startRunTimeStatistics() -> Descriptor? {
    let number = bpf_enable_stats(BPF_STATS_RUN_TIME)
    return number < 0 ? nil : Descriptor(owning: number)
  }
}
