import Foundation
import Lab
import Testing

/// Docker's way to give a container a resolver: an address and a port that rules in its network namespace translate.
@Suite(
  .serialized, .enabled(if: Requirements.kernel, "\(Requirements.kernelReason)"),
  .enabled(if: Requirements.programs("iptables", "nsenter"), "needs iptables: make setup"))
struct EmbeddedResolverTests {
  @Test(arguments: EmbeddedResolver.Kind.allCases)
  func `a query whose port is translated is one exchange, with what the resolver sent for it:`(
    _ kind: EmbeddedResolver.Kind
  ) throws {
    let lab = try EmbeddedResolver(kind)
    defer { lab.stop() }
    let trace = try Trace(["--format", "json"])
    let clients = try [
      ("getent", ["getent", "ahostsv4", "getent.example.test"]),
      ("udp", ["dig", "+tries=1", "udp.example.test", "A"]),
      ("tcp", ["dig", "+tcp", "+tries=1", "tcp.example.test", "A"]),
    ].map { ($0, try lab.container.start($1)) }
    for (name, client) in clients { #expect(client.wait() == 0, "\(name): \(client.errorText)") }
    trace.interrupt()

    let records =
      try trace.records(of: lab.container)
      + (kind == .asksOutside ? trace.records(of: lab.outside) : [])
    for (name, client) in clients {
      let about = records.filter { $0[text: "dns.question.name"] == "\(name).example.test" }
      #expect(about.count == 2, "\(about)")
      let asked = try #require(about.first { $0[integer: "process.pid"] == Int(client.pid) }, "\(about)")
      #expect(asked[text: "querent.role"] == "client")
      #expect(asked[text: "network.transport"] == (name == "tcp" ? "tcp" : "udp"))
      #expect(asked[text: "destination.ip"] == "127.0.0.11")
      #expect(asked.answers == ["192.0.2.1"], "\(asked)")
      #expect(asked[text: "dns.response_code"] == "NOERROR")
      let resolver = try #require(asked[integer: "querent.answered_by.process.pid"], "\(asked)")
      // dnsmasq forks for each TCP connection.
      let isForked = kind == .dnsmasq && name == "tcp"
      let parent = asked[integer: "querent.answered_by.process.parent.pid"]
      #expect((isForked ? parent : resolver) == Int(lab.running.pid), "\(asked)")
      #expect(asked[text: "querent.answered_from"] == "upstream", "\(asked)")
      let forwarded = asked["querent.forwarded"] as? [[String: Any]] ?? []
      #expect(forwarded.count == 1, "\(asked)")
      #expect((forwarded.first?["server"] as? [String: Any])?["ip"] as? String == EmbeddedResolver.server)
      #expect(((forwarded.first?["process"] as? [String: Any])?["pid"] as? NSNumber)?.intValue == resolver)

      let sent = try #require(about.first { $0[integer: "process.pid"] == resolver }, "\(about)")
      #expect(sent[text: "destination.ip"] == EmbeddedResolver.server)
      #expect(sent.answers == ["192.0.2.1"])
      let served = sent["querent.on_behalf_of"] as? [[String: Any]] ?? []
      #expect(
        served.map { (($0["process"] as? [String: Any])?["pid"] as? NSNumber)?.int32Value } == [client.pid],
        "\(sent)")
    }
    #expect(trace.running.errorText.contains("nothing lost, every packet and message accounted for"))
  }
}
