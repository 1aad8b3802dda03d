package import TraceModel

extension Container {
  /// Parses the container from a cgroup path; nil if the path contains none.
  ///
  /// The 64-digit id is in the last component that has one: `/docker/ID`,
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
      // conmon monitors the container from outside.
      guard !prefix.hasSuffix("conmon-") else { return nil }
      let before = index > 0 ? components[index - 1] : ""
      self.init(id: String(id), runtime: Self.runtime(prefix: prefix.dropLast(), parent: before))
      return
    }
    for (index, component) in components.enumerated() {
      let next = index + 1 < components.count ? components[index + 1] : ""
      guard let (name, runtime) = Self.named(component, next: next), !name.isEmpty else { continue }
      self.init(id: name, runtime: runtime)
      return
    }
    return nil
  }

  private static func runtime(prefix: some StringProtocol, parent: some StringProtocol) -> String? {
    if prefix == "docker" || parent == "docker" { return "docker" }
    if prefix.hasSuffix("cri-containerd") { return "containerd" }
    if prefix == "crio" { return "cri-o" }
    if prefix.hasPrefix("libpod") || parent == "libpod_parent" { return "podman" }
    return nil
  }

  private static func named(_ component: Substring, next: Substring) -> (name: String, runtime: String)? {
    if component == "lxc" { return (String(next), "lxc") }
    if let name = inside("lxc.payload.", component, "") { return (name, "lxc") }
    if let name = inside("systemd-nspawn@", component, ".service") {
      return (unescape(name), "systemd-nspawn")
    }
    guard let name = inside("machine-", component, ".scope").map(unescape), !name.hasPrefix("qemu-") else {
      return nil
    }
    return (name, "systemd-nspawn")
  }

  private static func inside(_ prefix: String, _ text: Substring, _ suffix: String) -> String? {
    guard text.hasPrefix(prefix), text.hasSuffix(suffix), text.count >= prefix.count + suffix.count else {
      return nil
    }
    return String(text.dropFirst(prefix.count).dropLast(suffix.count))
  }

  /// systemd escapes a hyphen inside a name as `\x2d`, and other special octets likewise.
  private static func unescape(_ name: String) -> String {
    var octets: [UInt8] = []
    var rest = Array(name.utf8)[...]
    while let first = rest.popFirst() {
      if first == UInt8(ascii: "\\"), rest.first == UInt8(ascii: "x"), rest.count >= 3,
        let octet = UInt8(String(decoding: rest.dropFirst().prefix(2), as: UTF8.self), radix: 16)
      {
        octets.append(octet)
        rest = rest.dropFirst(3)
      } else {
        octets.append(first)
      }
    }
    return String(decoding: octets, as: UTF8.self)
  }
}
