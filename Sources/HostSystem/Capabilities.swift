import CHost
import Glibc

/// Linux capabilities (capabilities(7)).
package struct Capabilities: OptionSet, Sendable {
  package let rawValue: UInt64

  package init(rawValue: UInt64) { self.rawValue = rawValue }

  /// Removes the cgroup directory of `run`, whose parent has no write permission even for its owner.
  package static let dacOverride = Capabilities(rawValue: 1 << 1)
  /// Reads other users' files in /proc.
  package static let dacReadSearch = Capabilities(rawValue: 1 << 2)
  /// Sends signals to other users' processes.
  package static let kill = Capabilities(rawValue: 1 << 5)
  package static let netAdmin = Capabilities(rawValue: 1 << 12)
  /// Opens packet sockets.
  package static let netRaw = Capabilities(rawValue: 1 << 13)
  /// Reads other users' /proc/PID/exe and cwd.
  package static let sysPtrace = Capabilities(rawValue: 1 << 19)
  package static let sysAdmin = Capabilities(rawValue: 1 << 21)
  package static let perfmon = Capabilities(rawValue: 1 << 38)
  package static let bpf = Capabilities(rawValue: 1 << 39)

  /// Needed to load and attach the kernel programs.
  package static let toAttach: Capabilities = [.bpf, .perfmon, .netAdmin]
  /// Needed by a running trace: to read /proc, and its own map of counters if
  /// kernel.unprivileged_bpf_disabled applies to that too (before 5.19).
  package static let toWatch: Capabilities = [.bpf, .sysPtrace, .dacReadSearch]

  package static func effective() -> Capabilities { Capabilities(rawValue: host_capabilities()) }

  /// Drops all other capabilities, for this thread and the threads that it starts.
  @discardableResult
  package static func keepOnly(_ kept: Capabilities) -> Bool { host_keep_capabilities(kept.rawValue) == 0 }

  package static let names: [(Capabilities, String)] = [
    (.bpf, "CAP_BPF"), (.perfmon, "CAP_PERFMON"), (.netAdmin, "CAP_NET_ADMIN"),
    (.sysPtrace, "CAP_SYS_PTRACE"),
  ]

  /// Names of those that a trace may keep.
  private static let kept: [(Capabilities, String)] = [
    (.dacOverride, "CAP_DAC_OVERRIDE"), (.dacReadSearch, "CAP_DAC_READ_SEARCH"), (.kill, "CAP_KILL"),
  ]
}

extension Capabilities: CustomStringConvertible {
  public var description: String {
    (Self.names + Self.kept).filter { contains($0.0) }.map(\.1).joined(separator: ", ")
  }
}
