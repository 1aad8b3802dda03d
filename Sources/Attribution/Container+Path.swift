package import Captures

extension Container {
  /// Reads the container from a cgroup path; nil when the path names none.
  ///
  /// Runtimes put the 64-digit id into the last component that has one: `/docker/ID`,
  /// `docker-ID.scope`, `cri-containerd-ID.scope`, `crio-ID.scope`, `libpod-ID.scope`, or the bare id
  /// below a `kubepods` slice. LXC and systemd-nspawn use names.
  package init?(cgroup path: String) {
    let components = path.split(separator: "/")
    for (index, component) in components.enumerated().reversed() {
      var name = component
      if name.hasSuffix(".scope") { name = name.dropLast(6) }
      let id = name.suffix(64)
      guard id.utf8.count == 64, id.utf8.allSatisfy({ ($0 >= 48 && $0 <= 57) || ($0 >= 97 && $0 <= 102) })
      else { continue }
      let prefix = name.dropLast(64)
      guard prefix.isEmpty || prefix.hasSuffix("-") || prefix.hasSuffix(":") else { continue }
      let before = index > 0 ? components[index - 1] : ""
      self.init(id: String(id), runtime: Self.runtime(prefix: prefix.dropLast(), parent: before))
      return
    }
    for (index, component) in components.enumerated() {
      if component.hasPrefix("lxc.payload.") {
        self.init(id: String(component.dropFirst(12)), runtime: "lxc")
        return
      }
      if component == "lxc", index + 1 < components.count {
        self.init(id: String(components[index + 1]), runtime: "lxc")
        return
      }
      if component.hasPrefix("machine-"), component.hasSuffix(".scope") {
        self.init(id: String(component.dropFirst(8).dropLast(6)), runtime: "systemd-nspawn")
        return
      }
    }
    return nil
  }

  private static func runtime(prefix: some StringProtocol, parent: some StringProtocol) -> String? {
    if prefix == "docker" || parent == "docker" { return "docker" }
    if prefix.hasSuffix("cri-containerd") { return "containerd" }
    if prefix == "crio" || prefix == "crio-conmon" { return "cri-o" }
    if prefix.hasPrefix("libpod") || parent == "libpod_parent" { return "podman" }
    return nil
  }
}
