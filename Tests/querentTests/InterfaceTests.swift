import Foundation
import Lab
import Testing

/// The interface tap, with local and forwarded traffic.
@Suite(.serialized, .enabled(if: Requirements.kernel, "\(Requirements.kernelReason)"))
struct InterfaceTests {
  @Test func `local traffic is shown once, with its process, over every transport`() throws {
    let namespace = try Namespace()
    let server = try namespace.startDnsmasq()
    defer { server.send(SIGTERM) }
    let trace = try Trace(["--tap", "interface", "--format", "json"], in: namespace)
    let ways = [["@127.0.0.1"], ["@::1"], ["+tcp", "@127.0.0.1"], ["+tcp", "@::1"]]
    let clients = try (0..<40).map { index in
      try namespace.start(["dig", "+tries=1", "+time=20"] + ways[index % 4] + ["n\(index).example.test"])
    }
    for client in clients { #expect(client.wait() == 0, "\(client.text)") }
    #expect(trace.interrupt() == 0)
    let records = try trace.records(of: namespace)
    #expect(records.count == clients.count)
    for (index, client) in clients.enumerated() {
      let record = try #require(records.first { $0[text: "dns.question.name"] == "n\(index).example.test" })
      #expect(record[integer: "process.pid"] == Int(client.pid), "\(record)")
      #expect(record[text: "process.name"] == "dig")
      #expect(record[text: "querent.role"] == "client")
      #expect(record[text: "querent.answered_by.process.name"] == "dnsmasq", "\(record)")
    }
    #expect(trace.running.errorText.contains("nothing lost, every packet and message accounted for"))
  }

  @Test func `forwarded traffic is shown once, without a process and with the reason`() throws {
    let network = try RoutedNetwork()
    let server = try network.server.startDnsmasq(addresses: ["10.9.2.2", "fd09:2::2"])
    defer { server.send(SIGTERM) }
    let trace = try Trace(["--tap", "interface", "--format", "json"], in: network.router)
    let ways = [["@10.9.2.2"], ["@fd09:2::2"], ["+tcp", "@10.9.2.2"], ["+tcp", "@fd09:2::2"]]
    for (index, way) in ways.enumerated() {
      let client = try network.client.start(["dig", "+tries=1"] + way + ["n\(index).example.test"])
      #expect(client.wait() == 0, "\(client.text)")
    }
    trace.interrupt()
    let records = try trace.records(of: network.router)
    #expect(records.compactMap { $0[text: "dns.question.name"] } == (0..<4).map { "n\($0).example.test" })
    for record in records {
      #expect(record["process.pid"] == nil, "\(record)")
      #expect(record[text: "querent.attribution.method"] == "none")
      #expect(record[text: "querent.attribution.reason"] == "no socket")
      #expect(record[text: "event.outcome"] == "success")
    }
  }

  @Test func `an answer in fragments is reassembled`() throws {
    let network = try RoutedNetwork()
    let big = (0..<200).map { "big A 192.0.2.\($0)" }.joined(separator: "\n")
    let server = try network.server.startNSD(
      zone: "example.test",
      "$ORIGIN example.test.\n$TTL 60\n@ SOA ns.example.test. admin.example.test. 1 3600 600 86400 60\n@ NS ns\nns A 10.9.2.2\n\(big)\n",
      addresses: ["10.9.2.2", "fd09:2::2"])
    defer { server.send(SIGTERM) }
    let trace = try Trace(["--tap", "interface", "--format", "json"], in: network.client)
    for way in [["@10.9.2.2"], ["@fd09:2::2"]] {
      let client = try network.client.start(
        ["dig", "+tries=1", "+bufsize=4096"] + way + ["big.example.test"])
      #expect(client.wait() == 0, "\(client.text)")
    }
    trace.interrupt()
    let records = try trace.records(of: network.client)
    #expect(records.count == 2, "\(trace.running.text)")
    for record in records {
      #expect(record[text: "process.name"] == "dig")
      #expect(record[text: "observer.egress.interface.name"] == "v")
      #expect(record.answers.count == 200)
      #expect(record["querent.transport.reassembled"] as? Bool == true)
    }
  }

  @Test func `a query inside two VLAN tags is found`() throws {
    let network = try RoutedNetwork()
    let trace = try Trace(["--tap", "interface", "--format", "json", "--messages"], in: network.router)
    let client = try network.client.python(
      """
      import socket, struct
      name = b"\\6tagged\\7example\\4test\\0"
      dns = b"\\x12\\x34\\x01\\0\\0\\1\\0\\0\\0\\0\\0\\0" + name + b"\\0\\1\\0\\1"
      udp = struct.pack(">4H", 40000, 53, 8 + len(dns), 0) + dns
      ip = struct.pack(">2B3H2BH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0,
                       socket.inet_aton("10.9.1.2"), socket.inet_aton("10.9.1.1")) + udp
      tags = struct.pack(">5H", 0x88a8, 7, 0x8100, 8, 0x0800)
      s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); s.bind(("v", 0))
      s.send(b"\\xff" * 6 + b"\\2\\0\\0\\0\\0\\1" + tags + ip)
      """)
    #expect(client.wait() == 0, "\(client.errorText)")
    try trace.running.waitForOutput("tagged.example.test")
    trace.interrupt()
    let record = try #require(try trace.records(of: network.router).first)
    #expect(record[text: "source.ip"] == "10.9.1.2")
    #expect(record[text: "observer.ingress.interface.name"]?.isEmpty == false)
  }

  @Test func `a server on any port that answers with only a header is named`() throws {
    let namespace = try Namespace()
    let trace = try Trace(["--tap", "interface", "--format", "json"], in: namespace)
    let client = try namespace.python(
      """
      import socket
      server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); server.bind(("127.0.0.1", 5300))
      client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); client.connect(("127.0.0.1", 5300))
      client.send(b"\\x12\\x34\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0\\6header\\4test\\0\\0\\1\\0\\1")
      query, peer = server.recvfrom(2000)
      server.sendto(query[:2] + b"\\x81\\x81" + bytes(8), peer)
      assert len(client.recv(2000)) == 12
      """)
    #expect(client.wait() == 0, "\(client.errorText)")
    trace.interrupt()
    let record = try #require(try trace.records(of: namespace).first)
    #expect(record[text: "dns.response_code"] == "FORMERR")
    #expect(record[integer: "querent.answered_by.process.pid"] == Int(client.pid), "\(record)")
  }

  @Test func `one interface can be selected, and a missing one is refused`() throws {
    let namespace = try Namespace()
    let refused = try Running([Trace.command, "--interface", "nosuch0"])
    #expect(refused.wait() == 64)
    #expect(refused.errorText.hasPrefix("querent: there is no interface nosuch0 in this network namespace\n"))
    let trace = try Trace(["--interface", "lo", "--duration", "1ms"], in: namespace)
    #expect(trace.running.wait() == 0)
    #expect(trace.running.errorText.contains("tap interface lo"))
  }

  @Test func `without cgroup v2 the interface tap is used, with a message`() throws {
    // `ip netns exec` mounts another /sys, without cgroup v2.
    let namespace = try Namespace()
    let run = try namespace.start([Trace.command, "--duration", "1ms"])
    #expect(run.wait() == 0, "\(run.errorText)")
    #expect(run.errorText.contains("cgroup v2 is not mounted: watching the interfaces"))
    #expect(run.errorText.contains("tap interface, all"))
  }
}
