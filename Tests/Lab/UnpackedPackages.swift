import Foundation

/// Programs of Debian packages that must not be installed on the machine that runs the tests, because they would start there and
/// change its name resolution: they are downloaded and unpacked.
public final class UnpackedPackages: Sendable {
  /// systemd-resolved, libnss-resolve, nscd, and the library of the first.
  public static let resolvers = try? UnpackedPackages([
    "systemd-resolved", "libsystemd-shared", "libnss-resolve", "nscd",
  ])

  public static let reason = "systemd-resolved, libnss-resolve and nscd can't be downloaded with apt-get"

  /// Where they are unpacked.
  public let root: String
  private let folder: Folder

  public init(_ names: [String]) throws {
    folder = try Folder()
    root = folder.path("root")
    let script = "cd \"$0\" && apt-get download \"$@\" && for p in *.deb; do dpkg -x \"$p\" root; done"
    let running = try Running(["sh", "-c", "exec 2>&1; \(script)", folder.path("")] + names)
    guard running.wait() == 0 else { throw LabError(running.text) }
  }
}
