import Foundation

/// What this machine provides, so that a test that cannot run says why.
///
/// In CI no test is skipped: every condition is true there, and a missing requirement makes the test fail.
public enum Requirements {
  public static let isCI = ProcessInfo.processInfo.environment["CI"] == "true"

  public static let isRoot = isCI || geteuid() == 0

  /// Root and a kernel with BTF: real programs are loaded.
  public static let kernel =
    isCI || geteuid() == 0 && FileManager.default.fileExists(atPath: "/sys/kernel/btf/vmlinux")

  public static let kernelReason = "needs root and a kernel with BTF: sudo make test"

  /// Whether programs are installed.
  public static func programs(_ names: String...) -> Bool {
    isCI
      || names.allSatisfy { name in
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
          FileManager.default.isExecutableFile(atPath: "\($0)/\(name)")
        }
      }
  }
}
