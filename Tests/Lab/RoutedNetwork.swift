import Foundation

/// Three network namespaces: a client, a router and a server.
///
///     client v 10.9.1.2 fd09:1::2 ── c 10.9.1.1 router s 10.9.2.1 ── v 10.9.2.2 fd09:2::2 server
public final class RoutedNetwork: Sendable {
  public let client: Namespace
  public let router: Namespace
  public let server: Namespace

  public init() throws {
    client = try Namespace()
    router = try Namespace()
    server = try Namespace()
    try Self.run("ip -n \(router.name) link add c type veth peer name v netns \(client.name)")
    try Self.run("ip -n \(router.name) link add s type veth peer name v netns \(server.name)")
    for (host, link, net, number) in [
      (client, "v", 1, 2), (router, "c", 1, 1), (router, "s", 2, 1), (server, "v", 2, 2),
    ] {
      try Self.run("ip -n \(host.name) link set \(link) up")
      try Self.run("ip -n \(host.name) address add 10.9.\(net).\(number)/24 dev \(link)")
      // Without duplicate address detection, so that the address is usable at once.
      try Self.run("ip -n \(host.name) address add fd09:\(net)::\(number)/64 dev \(link) nodad")
    }
    for (host, net) in [(client, 1), (server, 2)] {
      try Self.run("ip -n \(host.name) route add default via 10.9.\(net).1")
      try Self.run("ip -n \(host.name) route add default via fd09:\(net)::1")
    }
    let switches = ["ipv4/ip_forward", "ipv6/conf/all/forwarding"].map { "echo 1 >/proc/sys/net/\($0)" }
    try Self.run("ip netns exec \(router.name) sh -c '\(switches.joined(separator: "; "))'")
  }

  private static func run(_ command: String) throws { try Namespace.run(["sh", "-c", command]) }
}
