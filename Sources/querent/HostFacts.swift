import HostSystem
import KernelProbe
import ProcFS

/// The properties of the host that decide whether a trace can start; a value, so that tests can describe any host.
struct HostFacts {
  /// The release from uname(2): `6.1.0-18-amd64`.
  var release: String
  var hasBTF: Bool
  /// Where cgroup v2 is mounted.
  var cgroupMount: String?
  var capabilities: Capabilities
  /// `none`, `integrity` or `confidentiality`; nil if securityfs is not mounted.
  var lockdown: String?

  static let btfPath = "/sys/kernel/btf/vmlinux"

  static func current() -> HostFacts {
    HostFacts(
      release: HostIdentity.kernel().release, hasBTF: ProcFS.inode(btfPath) != nil,
      cgroupMount: ControlGroups.mountPoint(), capabilities: .effective(),
      lockdown: ProcFS.text("/sys/kernel/security/lockdown").flatMap { text in
        text.split(separator: "[").last.map { String($0.prefix { $0 != "]" }) }
      })
  }

  var isNewEnough: Bool { isAtLeast(5, 8) }

  func isAtLeast(_ major: Int, _ minor: Int) -> Bool {
    let parts = release.split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
    return parts.count == 2 && (parts[0], parts[1]) >= (major, minor)
  }

  /// The program that sees lookups over unix sockets; nil if the kernel refuses all of them.
  func lookupProgram(_ tier: Tier) -> String? {
    switch tier {
    case .tracepoint: "tracepoint_send"
    // It reads the registers of the caller: bpf_task_pt_regs.
    case .trampoline: isAtLeast(5, 15) ? "trampoline_send" : nil
    case .cgroup, .kprobe: nil
    }
  }

  var missingCapabilities: [String] {
    Capabilities.names.filter { !capabilities.contains($0.0) }.map(\.1)
  }

  /// Throws the first reason why no trace can start.
  func check() throws(Failure) {
    guard isNewEnough else {
      throw Failure(
        "kernel \(release) is too old", advice: "needs Linux 5.8 or newer (ring buffer, CAP_BPF)",
        code: .unsupported)
    }
    guard hasBTF else {
      throw Failure(
        "this kernel has no BTF: \(Self.btfPath) does not exist",
        advice: "needs a kernel built with CONFIG_DEBUG_INFO_BTF=y, as in all distributions since 2021",
        code: .unsupported)
    }
    guard lockdown != "confidentiality" else {
      throw Failure(
        "lockdown mode confidentiality forbids BPF",
        advice: "boot with lockdown=integrity or without lockdown",
        code: .unsupported)
    }
    guard capabilities.isSuperset(of: .toAttach) else {
      throw Failure(
        "needs root to load its kernel programs",
        advice: "run it with sudo, or give it CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN", code: .permission)
    }
  }

  /// The cgroup v2 directory to attach the tap to.
  func usableCgroup() throws(Failure) -> String {
    try check()
    guard let cgroupMount else {
      throw Failure(
        "cgroup v2 is not mounted", advice: "mount it: mount -t cgroup2 none /sys/fs/cgroup",
        code: .unsupported)
    }
    return cgroupMount
  }
}
