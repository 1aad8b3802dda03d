import Attribution
import TraceModel
import Testing

/// The container in a cgroup path.
struct ContainerTests {
  static let id = "9f2b0c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f809"
  static let other = String(repeating: "0a", count: 32)
  static let pod = "pod3c1f0a52_7d5c_4a8e_9d4e_0f6f8a1b2c3d"

  @Test(
    arguments: [
      ("/docker/\(id)", "docker"),
      ("/system.slice/docker-\(id).scope", "docker"),
      ("/user.slice/user-1000.slice/user@1000.service/user.slice/docker-\(id).scope", "docker"),
      ("/docker/\(id)/init.scope", "docker"),
      ("/docker/\(other)/docker/\(id)", "docker"),
      ("/kubepods/burstable/\(pod)/\(id)", nil),
      ("/kubepods/besteffort/pod3c1f0a52-7d5c-4a8e-9d4e-0f6f8a1b2c3d/\(id)", nil),
      (
        "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-\(pod).slice/cri-containerd-\(id).scope",
        "containerd"
      ),
      ("/kubepods.slice/kubepods-\(pod).slice/docker-\(id).scope", "docker"),
      ("/system.slice/containerd.service/kubepods-burstable-\(pod).slice:cri-containerd:\(id)", "containerd"),
      (
        "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-\(pod).slice/cri-containerd-\(id).scope",
        "containerd"
      ),
      (
        "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-\(pod).slice/crio-\(id).scope", "cri-o"
      ),
      ("/kubepods/burstable/\(pod)/crio-\(id)", "cri-o"),
      ("/machine.slice/libpod-\(id).scope", "podman"),
      ("/machine.slice/libpod-\(id).scope/container", "podman"),
      ("/libpod_parent/libpod-\(id)", "podman"),
      ("/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-\(id).scope/container", "podman"),
      (
        "/user.slice/user-1000.slice/user@1000.service/user.slice/user-libpod_pod_\(other).slice/libpod-\(id).scope",
        "podman"
      ),
      ("/../docker-\(id).scope", "docker"),
    ] as [(String, String?)])
  func `a 64-digit id of a runtime is a container`(path: String, runtime: String?) {
    #expect(Container(cgroup: path) == Container(id: Self.id, runtime: runtime))
  }

  @Test(arguments: [
    ("/lxc/web", "web", "lxc"), ("/lxc/web/system.slice/nginx.service", "web", "lxc"),
    ("/lxc.payload.web", "web", "lxc"), ("/lxc.payload.web/init.scope", "web", "lxc"),
    ("/lxc/101/ns/init.scope", "101", "lxc"),
    ("/machine.slice/machine-debian.scope", "debian", "systemd-nspawn"),
    ("/machine.slice/machine-debian.scope/payload/system.slice/ssh.service", "debian", "systemd-nspawn"),
    ("/machine.slice/machine-my\\x2dbox.scope", "my-box", "systemd-nspawn"),
    ("/machine.slice/systemd-nspawn@debian.service/payload", "debian", "systemd-nspawn"),
    ("/machine.slice/systemd-nspawn@my\\x2dbox.service", "my-box", "systemd-nspawn"),
  ])
  func `a name is the id of runtimes without ids`(path: String, id: String, runtime: String) {
    #expect(Container(cgroup: path) == Container(id: id, runtime: runtime))
  }

  @Test(arguments: [
    "", "/", "/init.scope", "/user.slice/user-1000.slice/session-3.scope", "/system.slice/ssh.service",
    "/user.slice/user-1000.slice/user@1000.service/app.slice/app-org.gnome.Terminal.slice/vte-spawn-1.scope",
    "/system.slice/docker.service", "/system.slice/containerd.service", "/system.slice/lxc.service",
    "/lxc.monitor.web", "/lxc", "/lxc.payload.", "/machine.slice", "/machine.slice/machine-.scope",
    "/machine.slice/systemd-nspawn@.service",
    // The kernel of a virtual machine sends the queries; here only the emulator runs.
    "/machine.slice/machine-qemu\\x2d1\\x2dweb.scope",
    // These monitor a container from outside.
    "/machine.slice/libpod-conmon-\(id).scope", "/system.slice/crio-conmon-\(id).scope",
    "/docker/\(id.dropLast())", "/docker/\(id)0", "/docker/\(id.uppercased())", "/docker/\(id.dropLast())g",
    "/some\(id)",
  ])
  func `other paths have no container`(path: String) {
    #expect(Container(cgroup: path) == nil)
  }
}
