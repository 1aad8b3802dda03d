import HostSystem
import ProcFS

/// What a trace needs to know of the host before it tries; a value, so that any host can be made up.
struct HostFacts {
  /// As uname(2) says it: `6.1.0-18-amd64`.
  var release: String
  var hasBTF: Bool
  /// Where cgroup v2 is mounted.
  var cgroupMount: String?
  var capabilities: Capabilities
  /// `none`, `integrity` or `confidentiality`; nil where securityfs is not mounted.
  var lockdown: String?

  static let btfPath = "/sys/kernel/btf/vmlinux"

  static func current() -> HostFacts {
    HostFacts(
      release: HostIdentity.kernel().release, hasBTF: FileSystem.inode(btfPath) != nil,
      cgroupMount: ControlGroups.mountPoint(), capabilities: .effective(),
      lockdown: ProcFS.text("/sys/kernel/security/lockdown").flatMap { text in
        text.split(separator: "[").last.map { String($0.prefix { $0 != "]" }) }
      })
  }

  var isNewEnough: Bool {
    let parts = release.split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
    return parts.count == 2 && (parts[0], parts[1]) >= (5, 8)
  }

  var missingCapabilities: [String] {
    Capabilities.names.filter { !capabilities.contains($0.0) }.map(\.1)
  }

  /// What stands in the way of any trace, most basic first.
  func check() throws(Failure) {
    guard isNewEnough else {
      throw Failure(
        "kernel \(release) is too old", advice: "needs Linux 5.8 or newer (ring buffer, CAP_BPF)",
        code: .unsupported)
    }
    guard hasBTF else {
      throw Failure(
        "this kernel has no BTF: \(Self.btfPath) is not there",
        advice: "needs a kernel built with CONFIG_DEBUG_INFO_BTF=y, as all distributions' are since 2021",
        code: .unsupported)
    }
    guard lockdown != "confidentiality" else {
      throw Failure(
        "lockdown mode confidentiality forbids BPF", advice: "boot with lockdown=integrity or without",
        code: .unsupported)
    }
    guard capabilities.isSuperset(of: .toAttach) else {
      throw Failure(
        "needs root to load its kernel programs",
        advice: "run it with sudo, or give it CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN", code: .permission)
    }
  }

  /// The cgroup to tap.
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
