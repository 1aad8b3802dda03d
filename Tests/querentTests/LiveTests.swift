import Foundation
import Lab
import Testing

/// The command on the real kernel, with real servers and with clients whose pids are known.
@Suite(.serialized, .enabled(if: Requirements.kernel, "\(Requirements.kernelReason)"))
struct LiveTests {
  @Test func `200 dig processes at once give exactly 200 exchanges, each with its own process`() throws {
    let namespace = try Namespace()
    let server = try namespace.startDnsmasq()
    defer { server.send(SIGTERM) }
    let trace = try Trace(["--format", "json"])
    let ways = [["@127.0.0.1"], ["@::1"], ["+tcp", "@127.0.0.1"], ["+tcp", "@::1"]]
    let clients = try (0..<200).map { index in
      let way = ways[index % ways.count]
      let type = index % 3 == 0 ? "AAAA" : "A"
      let client = try namespace.start(
        ["dig", "+tries=1", "+time=20"] + way + ["n\(index).example.test", type])
      return (index: index, type: type, way: way, client: client)
    }
    for (index, _, _, client) in clients { #expect(client.wait() == 0, "dig \(index): \(client.text)") }
    #expect(trace.interrupt() == 0)

    let records = try trace.records(of: namespace)
    #expect(records.count == 200)
    let byName = Dictionary(grouping: records) { $0[text: "dns.question.name"] ?? "" }
    for (index, type, way, client) in clients {
      let found = byName["n\(index).example.test"] ?? []
      #expect(found.count == 1, "n\(index)")
      guard let record = found.first else { continue }
      #expect(record[integer: "process.pid"] == Int(client.pid), "\(record)")
      #expect(record[text: "process.name"] == "dig")
      #expect(record[text: "process.executable"]?.hasSuffix("/dig") == true, "\(record)")
      #expect(record[texts: "process.args"]?.last == type)
      #expect(record[text: "querent.attribution.method"] == "sender")
      #expect(record[text: "dns.question.type"] == type)
      #expect(record[text: "dns.response_code"] == "NOERROR")
      #expect(record.answers == [type == "A" ? "192.0.2.1" : "2001:db8::1"])
      #expect(record[text: "network.transport"] == (way.contains("+tcp") ? "tcp" : "udp"))
      #expect(record[text: "network.type"] == (way.contains("@::1") ? "ipv6" : "ipv4"))
      #expect(record[text: "querent.answered_by.process.name"] == "dnsmasq")
      #expect(record[integer: "event.duration"] ?? 0 > 0)
    }
    #expect(trace.running.errorText.contains("nothing lost, every packet and message accounted for"))
  }

  @Test func `answers of nsd are shown as dig shows them, for every type in the zone`() throws {
    let namespace = try Namespace()
    let server = try namespace.startNSD(
      zone: "example.test",
      """
      $ORIGIN example.test.
      $TTL 300
      @ SOA ns.example.test. admin.example.test. 1 3600 600 86400 60
      @ NS ns
      ns A 127.0.0.1
      www A 192.0.2.10
      www A 192.0.2.11
      www AAAA 2001:db8::10
      alias CNAME www
      @ MX 10 mail
      mail A 192.0.2.25
      text TXT "one two" "say \\"hi\\" \\\\ there"
      _sip._udp SRV 1 2 5060 www
      @ CAA 0 issue "ca.example.net"
      web HTTPS 1 . alpn=h2,h3 port=8443 ipv4hint=192.0.2.10
      4.3 PTR host.example.test.
      odd TYPE65280 \\# 4 0A000001
      """)
    defer { server.send(SIGTERM) }
    let trace = try Trace(["--format", "json"])
    let questions = [
      ("example.test", "SOA"), ("example.test", "NS"), ("www.example.test", "A"),
      ("www.example.test", "AAAA"),
      ("example.test", "MX"), ("text.example.test", "TXT"), ("_sip._udp.example.test", "SRV"),
      ("example.test", "CAA"), ("web.example.test", "HTTPS"), ("4.3.example.test", "PTR"),
      ("odd.example.test", "TYPE65280"), ("alias.example.test", "A"), ("none.example.test", "A"),
    ]
    let clients = try questions.map { name, type in
      (name, type, try namespace.start(["dig", "+short", "+tries=1", "@127.0.0.1", name, type]))
    }
    for (_, _, client) in clients { client.wait() }
    trace.interrupt()

    let records = try trace.records(of: namespace)
    #expect(records.count == questions.count)
    for (name, type, client) in clients {
      let record = try #require(
        records.first { $0[text: "dns.question.name"] == name && $0[text: "dns.question.type"] == type })
      // RFC 9460 §2.1 allows values with or without quotes, RFC 3597 §5 hexadecimal in either case.
      func plain(_ data: String) -> String {
        type == "HTTPS" ? data.replacing("\"", with: "") : type == "TYPE65280" ? data.lowercased() : data
      }
      let shown = client.text.split(separator: "\n").map { plain(String($0)) }.sorted()
      #expect(record.answers.map(plain) == shown, "\(name) \(type)")
      #expect(record[integer: "process.pid"] == Int(client.pid))
      #expect(record[text: "dns.response_code"] == (name == "none.example.test" ? "NXDOMAIN" : "NOERROR"))
      #expect(record[text: "querent.answered_by.process.name"]?.hasPrefix("nsd") == true)
    }
  }

  @Test func `getaddrinfo in getent and curl is shown with the program's name, not its resolver thread's`()
    throws
  {
    let namespace = try Namespace()
    let server = try namespace.startDnsmasq()
    defer { server.send(SIGTERM) }
    let trace = try Trace(["--format", "json"])
    let getent = try namespace.start(["getent", "ahosts", "getent.example.test"])
    let curl = try namespace.start(["curl", "--silent", "--max-time", "1", "http://curl.example.test/"])
    getent.wait()
    curl.wait()
    trace.interrupt()
    let records = try trace.records(of: namespace)
    for (name, client) in [("getent", getent), ("curl", curl)] {
      let own = records.filter { $0[text: "dns.question.name"] == "\(name).example.test" }
      #expect(Set(own.compactMap { $0[text: "dns.question.type"] }) == ["A", "AAAA"], "\(own)")
      for record in own {
        #expect(record[text: "process.name"] == name)
        #expect(record[integer: "process.pid"] == Int(client.pid))
      }
    }
    // curl resolves names in a separate thread.
    let thread = records.first { $0[text: "process.name"] == "curl" }?[integer: "process.thread.id"]
    #expect(thread != nil && thread != Int(curl.pid))
  }

  @Test func `every way of sending through a socket is attributed to the Python process`() throws {
    let namespace = try Namespace()
    let server = try namespace.startDnsmasq(port: 5300)
    defer { server.send(SIGTERM) }
    let trace = try Trace(["--format", "json"])
    let client = try namespace.python(Self.manyWays)
    #expect(client.wait() == 0, "\(client.errorText)")
    trace.interrupt()
    let records = try trace.records(of: namespace)
    let names = records.compactMap { $0[text: "dns.question.name"] }.sorted()
    #expect(
      names == [
        "bytewise.example.test", "connected.example.test", "pipelined1.example.test",
        "pipelined2.example.test",
        "prefix.example.test", "sendto.example.test",
      ])
    for record in records {
      #expect(record[integer: "process.pid"] == Int(client.pid), "\(record)")
      #expect(record[text: "querent.recognised_by"] == "shape")
      #expect(record[integer: "destination.port"] == 5300)
      #expect(record.answers == ["192.0.2.1"], "\(record)")
    }
  }

  @Test(arguments: [SIGSEGV, SIGABRT])
  func `a fatal signal that another process sends ends it at once`(signal: Int32) throws {
    let trace = try Trace(["--format", "json"])
    trace.running.send(signal)
    #expect(trace.running.wait() == 128 + signal)
    #expect(!trace.running.errorText.contains("memory"))
  }

  private static let manyWays = """
    import socket, struct, time
    def query(name):
        q = b"".join(bytes([len(l)]) + l.encode() for l in name.split(".")) + b"\\0"
        return struct.pack(">6H", abs(hash(name)) & 0xffff, 0x100, 1, 0, 0, 0) + q + struct.pack(">2H", 1, 1)
    server = ("127.0.0.1", 5300)
    u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    u.sendto(query("sendto.example.test"), server); u.recv(512)
    u.connect(server); u.send(query("connected.example.test")); u.recv(512)
    def answer(t):
        size = struct.unpack(">H", t.recv(2, socket.MSG_WAITALL))[0]
        t.recv(size, socket.MSG_WAITALL)
    def stream():
        t = socket.create_connection(server)
        t.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return t
    framed = lambda name: struct.pack(">H", len(query(name))) + query(name)
    t = stream(); t.send(framed("pipelined1.example.test") + framed("pipelined2.example.test")); answer(t); answer(t)
    t = stream(); m = framed("prefix.example.test"); t.send(m[:2]); t.send(m[2:]); answer(t)
    t = stream()
    for b in framed("bytewise.example.test"): t.send(bytes([b]))
    answer(t)
    """

  @Test func `an unanswered query is shown once, with its retries, after the timeout`() throws {
    let namespace = try Namespace()
    let trace = try Trace(["--format", "json", "--timeout", "500ms"])
    let client = try namespace.python(
      """
      import socket
      deaf = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); deaf.bind(("127.0.0.1", 53))
      s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect(("127.0.0.1", 53))
      q = b"\\x12\\x34\\x01\\0\\0\\1\\0\\0\\0\\0\\0\\0\\4deaf\\4test\\0\\0\\1\\0\\1"
      for i in range(3): s.send(q)
      input_ = deaf.recv(512)
      """)
    #expect(client.wait() == 0, "\(client.errorText)")
    try trace.running.waitForOutput("deaf.test")
    trace.interrupt()
    let records = try trace.records(of: namespace)
    let record = try #require(records.first)
    #expect(records.count == 1)
    #expect(record[text: "event.reason"] == "timeout")
    #expect(record[text: "event.outcome"] == "failure")
    #expect(record[text: "dns.type"] == "query")
    #expect(record[integer: "querent.transport.retries"] == 2)
    #expect(record[integer: "process.pid"] == Int(client.pid))
  }

  @Test func `a process that has ended is shown with its program, arguments, user and parent`() throws {
    let namespace = try Namespace()
    let server = try namespace.startDnsmasq()
    defer { server.send(SIGTERM) }
    let trace = try Trace(["--format", "json"])
    trace.running.send(SIGSTOP)
    let client = try namespace.start(["dig", "+tries=1", "@127.0.0.1", "gone.example.test", "A"])
    #expect(client.wait() == 0)
    trace.running.send(SIGCONT)
    try trace.running.waitForOutput("gone.example.test")
    trace.interrupt()
    let record = try #require(try trace.records(of: namespace).first)
    #expect(record[integer: "process.pid"] == Int(client.pid))
    #expect(record[text: "process.name"] == "dig")
    #expect(record[text: "process.executable"]?.hasSuffix("/bin/dig") == true, "\(record)")
    #expect(record[texts: "process.args"] == ["dig", "+tries=1", "@127.0.0.1", "gone.example.test", "A"])
    #expect(record[text: "process.user.name"] == "root")
    #expect(record[integer: "process.parent.pid"] == Int(getpid()))
  }

  @Test func `a socket that is older than querent is attributed to the process that has it open`() throws {
    let namespace = try Namespace()
    let server = try namespace.startDnsmasq()
    defer { server.send(SIGTERM) }
    let client = try namespace.python(
      """
      import socket, sys, os, signal
      s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect(("127.0.0.1", 53))
      t = socket.create_connection(("127.0.0.1", 53))
      signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
      print("open", flush=True)
      signal.sigwait([signal.SIGUSR1])
      q = b"\\x12\\x34\\x01\\0\\0\\1\\0\\0\\0\\0\\0\\0\\3%s\\7example\\4test\\0\\0\\1\\0\\1"
      s.send(q % b"udp"); s.recv(512)
      t.send(b"\\0\\x22" + q % b"tcp"); t.recv(512)
      """)
    try client.waitForOutput("open")
    let trace = try Trace(["--format", "json"])
    client.send(SIGUSR1)
    #expect(client.wait() == 0, "\(client.errorText)")
    trace.interrupt()
    let records = try trace.records(of: namespace)
    #expect(records.compactMap { $0[text: "dns.question.name"] } == ["udp.example.test", "tcp.example.test"])
    for record in records {
      #expect(record[integer: "process.pid"] == Int(client.pid))
      #expect(record[text: "querent.answered_by.process.name"] == "dnsmasq", "\(record)")
    }
  }

  @Test func `malformed messages on port 53 are counted with their reason and never reach the terminal raw`()
    throws
  {
    let namespace = try Namespace()
    let trace = try Trace(["--format", "keyvalue", "--messages", "--verbose"])
    let client = try namespace.python(
      """
      import socket, os
      sink = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); sink.bind(("127.0.0.1", 53))
      s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect(("127.0.0.1", 53))
      head = b"\\x12\\x34\\x01\\0\\0\\1\\0\\0\\0\\0\\0\\0"
      s.send(head + b"\\xc0\\x0c\\0\\1\\0\\1")           # a name that points at itself
      s.send(b"\\1\\2\\3")                                # no header
      s.send(head + b"\\x06\\x1b[31m\\n\\x03a\\\\\\"\\x05\\xff\\xfe. ;\\0\\0\\1\\0\\1")
      """)
    #expect(client.wait() == 0, "\(client.errorText)")
    try trace.running.waitForOutput("DNS_NAME")
    trace.interrupt()
    let line = try #require(
      trace.running.text.split(separator: "\n").first { $0.contains("PID=\(client.pid) ") })
    #expect(line.contains(#"DNS_NAME=\027[31m\010.a\\\".\255\254\.\032\;. DNS_TYPE=A"#), "\(line)")
    let errors = trace.running.errorText
    #expect(errors.contains("python3 (\(client.pid))"))
    // Two messages, each seen at the sender's and at the receiver's socket.
    #expect(errors.contains("+ 4 malformed"), "\(errors)")
    #expect(!trace.running.text.utf8.contains(0x1b) && !errors.utf8.contains(0x1b))
  }
}
