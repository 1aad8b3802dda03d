import Foundation

/// A resolver as Docker has one for each container: it listens on 127.0.0.11 in the container's network namespace, at ports
/// that were free, and rules there translate port 53 to them.
///
///     container v 10.78.0.2 ── w 10.78.0.1 outside, with an authoritative server
public final class EmbeddedResolver: Sendable {
  public enum Kind: String, CaseIterable, Sendable {
    /// dnsmasq, which runs and asks in the container's namespace.
    case dnsmasq
    /// A process outside: one of its threads opens the sockets in the container's namespace, others use them. It asks from there.
    case asksInside
    /// The same, but it asks from outside.
    case asksOutside
  }

  public static let server = "10.78.0.1"

  public let container: Namespace
  public let outside: Namespace
  /// The process of the resolver.
  public let running: Running
  private let authority: Running

  public init(_ kind: Kind) throws {
    container = try Namespace()
    outside = try Namespace()
    try Namespace.run([
      "ip", "-n", outside.name, "link", "add", "w", "type", "veth", "peer", "name", "v", "netns",
      container.name,
    ])
    for (namespace, link, address) in [(outside, "w", Self.server), (container, "v", "10.78.0.2")] {
      try Namespace.run(["ip", "-n", namespace.name, "link", "set", link, "up"])
      try Namespace.run(["ip", "-n", namespace.name, "address", "add", "\(address)/24", "dev", link])
    }
    try "nameserver 127.0.0.11\n".write(
      toFile: "/etc/netns/\(container.name)/resolv.conf", atomically: true, encoding: .utf8)
    authority = try outside.startDnsmasq(addresses: [Self.server])
    let program = kind == .dnsmasq ? Self.dnsmasq : Self.daemon
    running = try outside.startWithHostFiles([
      "python3", "-c", Self.rules + program, container.name, Self.server, kind.rawValue,
    ])
    try running.waitForError("started")
  }

  public func stop() {
    for program in [running, authority] {
      program.send(SIGTERM)
      program.wait()
    }
  }

  /// Those that libnetwork makes (resolver_unix.go).
  private static let rules = """
    import ctypes, os, socket, subprocess, sys, threading
    namespace, server, kind = sys.argv[1:]
    network = "/run/netns/" + namespace
    def translate(udp, tcp):
        for protocol, port in [("udp", udp), ("tcp", tcp)]:
            for rule in [
                f"OUTPUT -d 127.0.0.11 -p {protocol} --dport 53 -j DNAT --to-destination 127.0.0.11:{port}",
                f"POSTROUTING -s 127.0.0.11 -p {protocol} --sport {port} -j SNAT --to-source :53",
            ]:
                subprocess.run(["nsenter", "--net=" + network, "iptables", "--wait", "-t", "nat", "-A", *rule.split()], check=True)

    """

  private static let dnsmasq = """
    translate(41053, 41053)
    os.execvp("nsenter", ["nsenter", "--net=" + network, "dnsmasq", "--keep-in-foreground", "--log-facility=-",
        "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--user=root", "--pid-file=", "--bind-interfaces",
        "--listen-address=127.0.0.11", "--port=41053", "--server=" + server])
    """

  /// One thread reads, and one more for each query asks and answers, as goroutines do.
  private static let daemon = """
    def inside(make):
        made = []
        def work():
            place = os.open(network, os.O_RDONLY)
            assert ctypes.CDLL(None).setns(place, 0x40000000) == 0
            os.close(place)
            made.append(make())
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        return made[0]
    def bound(type):
        def make():
            listener = socket.socket(socket.AF_INET, type)
            listener.bind(("127.0.0.11", 0))
            return listener
        return inside(make)
    def asking(type):
        make = lambda: socket.socket(socket.AF_INET, type)
        upstream = inside(make) if kind == "asksInside" else make()
        upstream.settimeout(20)
        upstream.connect((server, 53))
        return upstream
    def start(body, *arguments): threading.Thread(target=body, args=arguments, daemon=True).start()
    def answer(query, client):
        with asking(socket.SOCK_DGRAM) as upstream:
            upstream.send(query)
            udp.sendto(upstream.recv(65536), client)
    def message(stream):
        length = stream.recv(2, socket.MSG_WAITALL)
        return length + stream.recv(int.from_bytes(length, "big"), socket.MSG_WAITALL)
    def serve(stream):
        with stream, asking(socket.SOCK_STREAM) as upstream:
            upstream.sendall(message(stream))
            stream.sendall(message(upstream))
            stream.recv(1)
    def accept():
        while True: start(serve, tcp.accept()[0])
    udp, tcp = bound(socket.SOCK_DGRAM), bound(socket.SOCK_STREAM)
    tcp.listen()
    translate(udp.getsockname()[1], tcp.getsockname()[1])
    start(accept)
    print("started", file=sys.stderr, flush=True)
    while True: start(answer, *udp.recvfrom(65536))
    """
}
