import Foundation
import Lab
import Testing

/// Containers of a real runtime, whose names querent reads from the files that the runtime has written.
@Suite(
  .serialized, .enabled(if: Requirements.kernel, "\(Requirements.kernelReason)"),
  .enabled(if: Podman.shared != nil, "\(Podman.reason)"))
struct ContainerRuntimeTests {
  @Test func `a query from a container of Podman has the container's id, name and image`() throws {
    let podman = try #require(Podman.shared, "\(Podman.reason)")
    let namespace = try Namespace()
    let server = try namespace.startDnsmasq()
    defer { server.send(SIGTERM) }
    let network = "ns:/proc/\(server.pid)/ns/net"
    let (trace, ids) = try PrivateThread.run {
      try podman.mount()
      let trace = try Trace(["--format", "json"])
      var ids: [String: String] = [:]
      for (name, source) in [("querent-web", Podman.Source.image), ("querent-bare", .directory)] {
        let container = try podman.start(
          name: name, network: network, from: source,
          ["/bin/sh", "-c", Self.queries(name)])
        guard container.wait() == 0 else { throw LabError(container.errorText + container.text) }
        ids[name] = try podman.id(of: name)
      }
      trace.interrupt()
      return (trace, ids)
    }
    let records = try trace.records(of: namespace)
    #expect(records.count == 10, "\(trace.running.errorText)")
    for (name, image) in [("querent-web", Podman.image), ("querent-bare", nil)] {
      let all = records.filter { $0[text: "dns.question.name"] == "\(name).example.test" }
      // The cgroup of a process that has ended before querent reads /proc is not known.
      let record = try #require(all.first { $0[text: "container.id"] != nil } ?? all.first)
      #expect(record.answers == ["192.0.2.1"])
      #expect(record[text: "process.name"] == "nslookup")
      #expect(record[text: "container.id"]?.utf8.count == 64)
      #expect(record[text: "container.id"] == ids[name], "\(record)")
      #expect(record[text: "container.runtime"] == "podman")
      #expect(record[text: "container.name"] == name, "\(record)")
      #expect(record[text: "container.image.name"] == image, "\(record)")
    }
  }

  /// A shell's command that sends a query five times.
  private static func queries(_ name: String) -> String {
    "for n in 1 2 3 4 5; do nslookup -type=a \(name).example.test 127.0.0.1 || exit 1; done"
  }

  @Test func `--container selects a container of Podman by its name`() throws {
    let podman = try #require(Podman.shared, "\(Podman.reason)")
    let namespace = try Namespace()
    let server = try namespace.startDnsmasq()
    defer { server.send(SIGTERM) }
    let network = "ns:/proc/\(server.pid)/ns/net"
    let trace = try PrivateThread.run {
      try podman.mount()
      let trace = try Trace(["--format", "json", "--container", "querent-two"])
      for name in ["querent-one", "querent-two"] {
        let container = try podman.start(
          name: name, network: network, ["/bin/sh", "-c", Self.queries(name)])
        guard container.wait() == 0 else { throw LabError(container.errorText + container.text) }
      }
      trace.interrupt()
      return trace
    }
    let names = try trace.records(of: namespace).map { $0[text: "dns.question.name"] }
    #expect(Set(names) == ["querent-two.example.test"])
  }
}
