import Foundation
import HostSystem

/// Debian's Podman with runc, unpacked and not installed: its packages would start services, and it keeps its state at the fixed
/// paths at which querent looks. Both are shown by mounts that only the calling thread and its children have.
public final class Podman: Sendable {
  /// Nil where it cannot run; `reason` says why.
  public static let shared: Podman? = try? outcome.get()
  public static let reason: String = {
    do {
      _ = try outcome.get()
      return ""
    } catch {
      return "Podman can't run here: \(error)"
    }
  }()
  private static let outcome = Result { try Podman() }

  /// Of the image that containers are made from: busybox alone.
  public static let image = "localhost/querent-test:1"

  private let packages: UnpackedPackages
  private let folder: Folder

  /// Unpacks it, and runs a container to see whether that works here.
  private init() throws {
    guard geteuid() == 0 else { throw LabError("it needs root") }
    packages = try UnpackedPackages([
      "podman", "conmon", "runc", "golang-github-containers-common", "golang-github-containers-image",
      "libgpgme11", "libassuan0", "libsubid4", "libglib2.0-0",
    ])
    folder = try Folder()
    try Running.finish(["sh", "-c", Self.preparation, folder.path(""), Self.which("busybox")])
    try PrivateThread.run { [self] in
      try mount()
      let probe = try start(name: "probe", network: "none", ["true"])
      guard probe.wait() == 0 else { throw LabError(probe.errorText) }
    }
  }

  /// Mounts what Podman needs for the calling thread, which must be private, and makes the image.
  public func mount() throws {
    try PrivateNamespaces.enter()
    try Running.finish(["sh", "-c", Self.mounts, packages.root, folder.path("image.tar"), Self.image])
  }

  /// Starts a container with a command, from the image or from the bare directory.
  ///
  /// - Parameter network: as of `podman run --network`.
  public func start(
    name: String, network: String, from source: Source = .image, _ command: [String]
  ) throws -> Running {
    let image = source == .image ? [Self.image] : ["--rootfs", folder.path("root")]
    return try Running(
      ["sh", "-c", Self.run, name, "--name=\(name)", "--network=\(network)"]
        + image + command)
  }

  /// The id of a container that has ended; for the same thread.
  public func id(of name: String) throws -> String {
    try Running.finish(["cat", "/run/\(name).id"]).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  public enum Source: Sendable { case image, directory }

  private static func which(_ program: String) throws -> String {
    try Running.finish(["sh", "-c", "command -v \(program)"]).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private static let preparation = """
    set -e
    mkdir -p "$0/root/bin"
    cp "$1" "$0/root/bin/busybox"
    for name in true cat nslookup sh; do ln -s busybox "$0/root/bin/$name"; done
    tar -C "$0/root" -c -f "$0/image.tar" .
    """

  private static let common = "podman --runtime runc --cgroup-manager cgroupfs --events-backend none"

  /// Podman does not know hosts with cgroup v1 and v2: there is v2 only for it.
  private static let mounts = """
    set -e
    exec >&2
    for part in usr etc; do mount -t overlay -o "lowerdir=$0/$part:/$part" overlay "/$part"; done
    mount -t tmpfs none /run
    mount -t tmpfs none /var/lib
    umount -R /sys/fs/cgroup
    mount -t cgroup2 none /sys/fs/cgroup
    \(common) import --quiet "$1" "$2"
    """

  /// Limits that need no privilege and no controller. The container has a cgroup of its own below one that is removed.
  private static let run = """
    parent=/querent-test-$$
    \(common) run --quiet --cgroups=no-conmon --cgroup-parent=$parent --pids-limit=-1 --ulimit nofile=1024:1024 \
      --ulimit nproc=1024:1024 "$@"
    code=$?
    \(common) container inspect --format '{{.Id}}' "$0" >"/run/$0.id"
    \(common) rm --force "$0" >&2
    rmdir /sys/fs/cgroup$parent
    exit $code
    """
}

extension Running {
  /// Runs a program that must succeed; returns its output.
  @discardableResult
  static func finish(_ arguments: [String]) throws -> String {
    let running = try Running(arguments)
    guard running.wait() == 0 else { throw LabError(running.errorText) }
    return running.text
  }
}
