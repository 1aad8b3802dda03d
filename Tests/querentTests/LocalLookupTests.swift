import Foundation
import Lab
import Testing

/// Lookups over unix sockets, in a network namespace and a mount namespace of their own: by systemd-resolved and nscd as the
/// distribution provides them, and by a server of the test.
@Suite(.serialized, .enabled(if: Requirements.kernel, "\(Requirements.kernelReason)"))
struct LocalLookupTests {
  @Test func `a call to a varlink server is one exchange, and its server is named`() throws {
    let namespace = try Namespace()
    let trace = try Trace(["--format", "json"])
    let client = try namespace.python(Self.ownServer)
    #expect(client.wait() == 0, "\(client.errorText)")
    trace.interrupt()
    let records = try trace.records(of: namespace)
    try #require(records.count == 3)
    for (record, name) in zip(records, ["www.example.test", "missing.test", "1.2.0.192.in-addr.arpa"]) {
      #expect(record[text: "dns.question.name"] == name)
      #expect(record[text: "network.transport"] == "unix")
      #expect(record[text: "querent.protocol"] == "varlink")
      #expect(record[text: "querent.recognised_by"] == "path")
      #expect(record[text: "process.name"] == "client")
      #expect(record[text: "querent.attribution.method"] == "sender")
      #expect(record[text: "querent.answered_by.process.name"] == "server")
      #expect(record[integer: "event.duration"] ?? 0 > 0)
      for absent in [
        "source", "destination", "network.type", "network.community_id", "dns.id", "dns.op_code",
      ] {
        #expect(record[absent] == nil, "\(absent)")
      }
    }
    #expect(records[0].answers == ["192.0.2.1", "2001:db8::1"])
    #expect(records[0][texts: "dns.resolved_ip"] == ["192.0.2.1", "2001:db8::1"])
    #expect(records[0][texts: "related.ip"] == ["192.0.2.1", "2001:db8::1"])
    #expect(records[1][text: "dns.response_code"] == "NXDOMAIN")
    #expect(records[1][text: "event.outcome"] == "failure")
    #expect(records[2].answers == ["host.example.test."])
    #expect(trace.running.errorText.contains("nothing lost, every packet and message accounted for"))
  }

  @Test func `run shows the command's own lookups`() throws {
    let namespace = try Namespace()
    let run = try namespace.startWithHostFiles([
      Trace.command, "run", "--format", "json", "--", "unshare", "--mount", "python3", "-c", Self.ownServer,
    ])
    #expect(run.wait() == 0, "\(run.errorText)")
    // It writes to standard error, among its other messages.
    let records = try run.errorText.split(separator: "\n").filter { $0.hasPrefix("{") }.map {
      try Record(String($0))
    }
    #expect(
      records.map { $0[text: "querent.protocol"] } == ["varlink", "varlink", "varlink"], "\(run.errorText)")
  }

  @Test(arguments: ["dnstap", "pcapng"])
  func `packet formats omit lookups, and count them`(format: String) throws {
    let namespace = try Namespace()
    let folder = try Folder()
    let trace = try Trace(["--format", format, "--output", folder.path("file")])
    let client = try namespace.python(Self.ownServer)
    #expect(client.wait() == 0, "\(client.errorText)")
    trace.interrupt()
    #expect(trace.running.errorText.contains("accounted for"))
    let octets = try Data(contentsOf: URL(fileURLWithPath: folder.path("file")))
    #expect(octets.range(of: Data("missing".utf8)) == nil)
  }

  @Test(.enabled(if: UnpackedPackages.resolvers != nil || Requirements.isCI, "\(UnpackedPackages.reason)"))
  func `getent through systemd-resolved is one exchange, with the server that resolved asked`() throws {
    let lab = try ResolverLab()
    let trace = try Trace(["--format", "json"])
    try lab.run(
      hosts: "resolve", server: lab.resolved,
      """
      getent ahosts www.example.test
      getent hosts 192.0.2.1
      getent ahostsv4 none.missing.test || true
      """)
    trace.interrupt()
    let records = try trace.records(of: lab.namespace).filter { $0[text: "querent.protocol"] != nil }
    try #require(records.count == 3, "\(records)")
    let ways = ["www.example.test", "1.2.0.192.in-addr.arpa", "none.missing.test"]
    for (record, name) in zip(records, ways) {
      #expect(record[text: "querent.protocol"] == "varlink")
      #expect(record[text: "dns.question.name"] == name)
      #expect(record[text: "process.name"] == "getent")
      #expect(record[text: "querent.answered_by.process.name"]?.hasPrefix("systemd-resolve") == true)
      let forwarded = try #require(record["querent.forwarded"] as? [[String: Any]], "\(record)")
      for query in forwarded {
        let server = query["server"] as? [String: Any]
        #expect(server?["ip"] as? String == ResolverLab.upstream)
      }
      #expect(record[text: "querent.answered_from"] == "upstream")
    }
    #expect(records[0].answers == ["192.0.2.1", "2001:db8::1"])
    #expect(records[1].answers == ["host.example.test."])
    #expect(records[2][text: "dns.response_code"] == "NXDOMAIN")
    // The resolver's own queries name the program for which they were sent.
    let served = try trace.records(of: lab.namespace).filter {
      $0[text: "process.name"]?.hasPrefix("systemd-resolve") == true && $0["querent.on_behalf_of"] != nil
    }
    #expect(served.count >= 4)
    for record in served {
      let clients = record["querent.on_behalf_of"] as? [[String: Any]]
      #expect((clients?.first?["process"] as? [String: Any])?["name"] as? String == "getent")
    }
  }

  @Test(.enabled(if: UnpackedPackages.resolvers != nil || Requirements.isCI, "\(UnpackedPackages.reason)"))
  func `getent through nscd is one exchange, with the server that nscd asked`() throws {
    let lab = try ResolverLab()
    let trace = try Trace(["--format", "json"])
    try lab.run(
      hosts: "dns", server: lab.nscd,
      """
      getent ahosts www.example.test
      getent hosts 192.0.2.1
      getent ahostsv4 none.missing.test || true
      """)
    trace.interrupt()
    let records = try trace.records(of: lab.namespace).filter { $0[text: "querent.protocol"] != nil }
    let byName = Dictionary(grouping: records) { $0[text: "dns.question.name"] ?? "" }
    for (name, code, answers) in [
      ("www.example.test", "NOERROR", ["192.0.2.1", "2001:db8::1"]),
      ("1.2.0.192.in-addr.arpa", "NOERROR", ["host.example.test."]), ("none.missing.test", "NXDOMAIN", []),
    ] {
      let found = byName[name] ?? []
      let record = try #require(found.first, "\(records)")
      #expect(found.count == 1, "\(found)")
      #expect(record[text: "querent.protocol"] == "nscd")
      #expect(record[text: "process.name"] == "getent")
      #expect(record[text: "dns.response_code"] == code)
      #expect(record.answers == answers)
      #expect(record[text: "querent.answered_by.process.name"] == "nscd")
      let forwarded = try #require(record["querent.forwarded"] as? [[String: Any]], "\(record)")
      #expect((forwarded.first?["server"] as? [String: Any])?["ip"] as? String == ResolverLab.upstream)
      #expect(forwarded.first?["evidence"] as? String == "proven")
    }
    #expect(byName.count == 3)
  }

  /// A server at systemd-resolved's path that answers from a table, and a client that calls it three times on one connection.
  private static let ownServer = """
    import json, os, socket, subprocess
    path = "/run/systemd/resolve/io.systemd.Resolve"
    subprocess.run(["mount", "-t", "tmpfs", "none", "/run"], check=True)
    os.makedirs(os.path.dirname(path))
    def name(text): open("/proc/self/comm", "w").write(text)
    replies = {
        "www.example.test": {"parameters": {"addresses": [
            {"family": 2, "address": [192, 0, 2, 1]},
            {"family": 10, "address": [32, 1, 13, 184] + [0] * 11 + [1]}], "flags": 1}},
        "missing.test": {"error": "io.systemd.Resolve.DNSError", "parameters": {"rcode": 3}},
        "[192, 0, 2, 1]": {"parameters": {"names": [{"ifindex": 1, "name": "host.example.test"}], "flags": 1}},
    }
    def read(stream):
        octets = b""
        while not octets.endswith(b"\\0"):
            piece = stream.recv(65536)
            if not piece: return None
            octets += piece
        return json.loads(octets[:-1])
    def write(stream, message): stream.sendall(json.dumps(message).encode() + b"\\0")
    listener = socket.socket(socket.AF_UNIX); listener.bind(path); listener.listen()
    if os.fork() == 0:
        name("server")
        stream = listener.accept()[0]
        while (call := read(stream)) is not None:
            parameters = call["parameters"]
            write(stream, replies[parameters.get("name") or str(parameters["address"])])
        os._exit(0)
    name("client")
    stream = socket.socket(socket.AF_UNIX); stream.connect(path)
    for method, parameters in [
        ("ResolveHostname", {"name": "www.example.test", "flags": 0}),
        ("ResolveHostname", {"name": "missing.test", "family": 2, "flags": 0}),
        ("ResolveAddress", {"address": [192, 0, 2, 1], "family": 2, "flags": 0}),
    ]:
        write(stream, {"method": "io.systemd.Resolve." + method, "parameters": parameters})
        read(stream)
    stream.close()
    os.wait()
    """
}

/// A network namespace with a DNS server, for a resolver that runs there with its own files.
private struct ResolverLab {
  static let upstream = "10.77.0.1"
  let namespace: Namespace
  private let server: Running
  private let root: String

  init() throws {
    guard let packages = UnpackedPackages.resolvers else { throw LabError(UnpackedPackages.reason) }
    root = packages.root
    namespace = try Namespace()
    // systemd-resolved sends no query while only loopback is up.
    let links = [
      "link add v type veth peer name w", "link set v up", "link set w up",
      "address add \(Self.upstream)/24 dev v",
    ]
    for link in links {
      let running = try namespace.start(["ip"] + link.split(separator: " ").map(String.init))
      guard running.wait() == 0 else { throw LabError(running.errorText) }
    }
    server = try namespace.start([
      "dnsmasq", "--keep-in-foreground", "--log-facility=-", "--conf-file=/dev/null", "--no-resolv",
      "--no-hosts",
      "--user=root", "--pid-file=", "--bind-interfaces", "--listen-address=\(Self.upstream)",
      "--address=/example.test/192.0.2.1", "--address=/example.test/2001:db8::1", "--local=/missing.test/",
      "--ptr-record=1.2.0.192.in-addr.arpa,host.example.test",
    ])
    try server.waitForError("started")
  }

  /// A command that runs the resolver in the foreground, and the socket at which it listens.
  struct Resolver {
    let command: String
    let socket: String
  }

  var resolved: Resolver {
    Resolver(
      command: "$root/lib/systemd/systemd-resolved", socket: "/run/systemd/resolve/io.systemd.Resolve")
  }
  var nscd: Resolver {
    Resolver(command: "$root/usr/sbin/nscd --foreground -f /run/nscd.conf", socket: "/run/nscd/socket")
  }

  /// Runs commands while the resolver runs, with a private /run and private settings.
  func run(hosts: String, server resolver: Resolver, _ commands: String) throws {
    defer {
      server.send(SIGTERM)
      server.wait()
    }
    let running = try namespace.start(["sh", "-c", script(hosts, resolver, commands)])
    guard running.wait() == 0 else { throw LabError(running.errorText + running.text) }
  }

  private func script(_ hosts: String, _ resolver: Resolver, _ commands: String) -> String {
    """
    set -e
    root=\(root)
    mount -t tmpfs none /run
    mount -t tmpfs none /var/cache
    mkdir -p /run/systemd/resolve /run/systemd/resolved.conf.d /run/nscd /var/cache/nscd
    user() { cat /etc/$1 >/run/$1; echo "$2" >>/run/$1; mount --bind /run/$1 /etc/$1; }
    user passwd systemd-resolve:x:987:987::/:/usr/sbin/nologin
    user group systemd-resolve:x:987:
    chown systemd-resolve:systemd-resolve /run/systemd/resolve
    echo "hosts: \(hosts)" >/run/nsswitch.conf; mount --bind /run/nsswitch.conf /etc/nsswitch.conf
    echo "nameserver \(Self.upstream)" >/run/resolv.conf; mount --bind /run/resolv.conf /etc/resolv.conf
    printf '[Resolve]\\nDNS=\(Self.upstream)\\nDomains=~.\\nDNSSEC=no\\nLLMNR=no\\nMulticastDNS=no\\n' >/run/systemd/resolved.conf.d/test.conf
    printf 'enable-cache hosts yes\\ncheck-files hosts no\\nshared hosts yes\\n' >/run/nscd.conf
    export LD_LIBRARY_PATH=$(echo $root/usr/lib/*-linux-gnu):$(echo $root/usr/lib/*-linux-gnu/systemd)
    \(resolver.command) &
    pid=$!
    i=0
    until [ -S \(resolver.socket) ]; do i=$((i + 1)); [ $i -lt 200 ]; sleep 0.05; done
    \(commands)
    kill $pid
    """
  }
}
