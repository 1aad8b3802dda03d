import Foundation
import Lab
import Testing

/// DNS over unusual transports, and messages that do not look like DNS, on the real kernel.
@Suite(.serialized, .enabled(if: Requirements.kernel, "\(Requirements.kernelReason)"))
struct HiddenMessageTests {
  /// Python functions: names, messages, and a server that answers every datagram with its question and one address.
  private static let common = """
    import socket, struct, threading
    def wire(name): return b"".join(bytes([len(l)]) + l.encode() for l in name.split(".")) + b"\\0"
    number = 100
    def query(name, flags=0x100, counts=(1, 0, 0, 0), rest=b""):
        global number
        number += 1
        return struct.pack(">6H", number, flags, *counts) + wire(name) + struct.pack(">2H", 1, 1) + rest
    record = b"\\xc0\\x0c\\0\\1\\0\\1\\0\\0\\0\\x3c\\0\\4\\xc0\\0\\2\\1"
    def answer(q): return q[:2] + b"\\x81\\x80\\0\\1\\0\\1\\0\\0\\0\\0" + q[12:] + record
    def pair(port, family=socket.AF_INET, protocol=0):
        server = socket.socket(family, socket.SOCK_DGRAM, protocol)
        server.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", port))
        client = socket.socket(family, socket.SOCK_DGRAM, protocol)
        client.connect(server.getsockname()[:2])
        return server, client
    def ask(server, client, q):
        client.send(q)
        got, peer = server.recvfrom(2000)
        server.sendto(answer(got), peer)
        client.recv(2000)

    """

  private func run(_ script: String, _ arguments: [String] = []) throws -> (
    records: [Record], errors: String, pid: Int
  ) {
    let namespace = try Namespace()
    let trace = try Trace(["--format", "json", "--verbose"] + arguments)
    let client = try namespace.python(Self.common + script)
    #expect(client.wait() == 0, "\(client.errorText)")
    #expect(trace.interrupt() == 0)
    let errors = trace.running.errorText
    #expect(errors.contains("every packet and message accounted for"), "\(errors)")
    return (try trace.records(of: namespace), errors, Int(client.pid))
  }

  /// The number of malformed messages that were reported for a process, at both sockets.
  private func malformed(_ errors: String, _ pid: Int) -> Int {
    errors.split(separator: "\n").count {
      $0.contains("querent: malformed: ") && $0.hasSuffix("python3 (\(pid))")
    }
  }

  @Test func `after a query and its answer, all other traffic of the socket is DNS`() throws {
    let (records, errors, pid) = try run(
      """
      server, client = pair(5300)
      ask(server, client, query("first.test"))
      two = query("two-questions.test", counts=(2, 0, 0, 0), rest=wire("other.test") + struct.pack(">2H", 1, 1))
      hidden = [two, query("answer-in-query.test", counts=(1, 1, 0, 0), rest=record), query("z-bit.test", 0x140),
                query("five.test", counts=(1, 0, 0, 5), rest=record * 5), query("opcode-seven.test", 0x3900)]
      for q in hidden: client.send(q); server.recv(2000)
      client.send(b"no DNS at all"); server.recv(2000)
      """)
    let names = records.compactMap { $0[text: "dns.question.name"] }
    #expect(
      Set(names) == [
        "first.test", "two-questions.test", "answer-in-query.test", "z-bit.test", "five.test",
        "opcode-seven.test",
      ])
    for record in records {
      #expect(record[integer: "process.pid"] == pid)
      let isFirst = record[text: "dns.question.name"] == "first.test"
      #expect(record[text: "querent.recognised_by"] == (isFirst ? "shape" : "flow"), "\(record)")
    }
    #expect(errors.contains("malformed: reserved label type at octet 12 of 13"), "\(errors)")
    #expect(malformed(errors, pid) == 2, "\(errors)")
  }

  /// The first cases that Documentation/Kernel.md lists under "How a program can hide".
  @Test func `the same messages on a socket without an answer are not seen`() throws {
    let (records, _, _) = try run(
      """
      server, client = pair(5300)
      two = query("two-questions.test", counts=(2, 0, 0, 0), rest=wire("other.test") + struct.pack(">2H", 1, 1))
      hidden = [two, query("answer-in-query.test", counts=(1, 1, 0, 0), rest=record), query("z-bit.test", 0x140),
                query("five.test", counts=(1, 0, 0, 5), rest=record * 5), query("opcode-seven.test", 0x3900),
                query("opcode-three.test", 0x1900), b"\\0\\0" + query("padded.test")]
      for q in hidden: client.send(q); server.recv(2000)
      listener = socket.create_server(("127.0.0.1", 5300))
      for start in [b"preamble\\r\\n", b"\\0\\0"]:
          client = socket.create_connection(listener.getsockname()[:2])
          server = listener.accept()[0]
          q = query("preamble.test")
          client.sendall(start + struct.pack(">H", len(q)) + q)
          server.recv(2000)
      """)
    #expect(records.isEmpty, "\(records)")
  }

  @Test func `on port 53 a query without a question, or after two other octets, is reported as malformed`()
    throws
  {
    let (records, errors, pid) = try run(
      """
      server, client = pair(53)
      client.send(struct.pack(">6H", 7, 0x100, 0, 0, 0, 0)); server.recv(2000)
      for n in [1, 0x0200, 0x8000, 0x8200, 0xffff]:
          number = n - 1
          client.send(b"\\0\\0" + query("padded.test")); server.recv(2000)
      """)
    #expect(records.isEmpty, "\(records)")
    // Each is seen at both sockets.
    #expect(malformed(errors, pid) == 12, "\(errors)")
    #expect(errors.contains("malformed: no question at octet 12 of 12"), "\(errors)")
  }

  @Test(arguments: ["socket.AF_INET", "socket.AF_INET6"])
  func `DNS over UDP-Lite is seen on any port, with its process`(family: String) throws {
    let (records, _, pid) = try run(
      """
      for port in [53, 5300]:
          server, client = pair(port, \(family), 136)
          ask(server, client, query(f"lite-{port}.test"))
      """)
    #expect(
      records.compactMap { $0[text: "dns.question.name"] }.sorted() == ["lite-53.test", "lite-5300.test"])
    for record in records {
      #expect(record[text: "network.transport"] == "udplite")
      #expect(record[integer: "process.pid"] == pid)
      #expect(record[text: "querent.attribution.method"] == "sender")
      #expect(record.answers == ["192.0.2.1"])
    }
  }

  @Test(arguments: [53, 5300])
  func `urgent data in a TCP stream does not hide its messages`(port: Int) throws {
    let (records, _, pid) = try run(
      """
      listener = socket.create_server(("127.0.0.1", \(port)))
      def framed(q): return struct.pack(">H", len(q)) + q
      def stream():
          client = socket.create_connection(listener.getsockname())
          client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
          return client, listener.accept()[0]
      def serve(client, server):
          size = struct.unpack(">H", server.recv(2, socket.MSG_WAITALL))[0]
          q = b""
          while len(q) < size: q += server.recv(size - len(q))  # a read ends before urgent data
          server.send(framed(answer(q)))
          client.recv(2000)
      client, server = stream()
      client.send(b"!", socket.MSG_OOB)
      client.send(framed(query("behind.test"))); serve(client, server)
      client.send(b"!", socket.MSG_OOB)
      client.send(framed(query("again.test"))); serve(client, server)
      client, server = stream()
      server.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
      client.send(framed(query("all-urgent.test")), socket.MSG_OOB); serve(client, server)
      """)
    #expect(
      records.compactMap { $0[text: "dns.question.name"] }.sorted() == [
        "again.test", "all-urgent.test", "behind.test",
      ])
    for record in records {
      #expect(record[integer: "process.pid"] == pid)
      #expect(record.answers == ["192.0.2.1"], "\(record)")
    }
  }

  @Test func `a process that sends its datagram in fragments from a raw socket is the sender`() throws {
    let (records, _, pid) = try run(
      """
      server, client = pair(53)
      raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
      q = query("fragments.test")
      datagram = struct.pack(">4H", client.getsockname()[1], 53, 8 + len(q), 0) + q
      def send(part, place):
          raw.sendto(struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(part), 4242, place, 64, 17, 0,
                                 b"\\x7f\\0\\0\\1", b"\\x7f\\0\\0\\1") + part, ("127.0.0.1", 0))
      send(datagram[:8], 0x2000)
      send(datagram[8:], 1)
      got, peer = server.recvfrom(2000)
      """, ["--timeout", "1s"])
    let record = try #require(records.first)
    #expect(records.count == 1, "\(records)")
    #expect(record[text: "dns.question.name"] == "fragments.test")
    #expect(record[text: "querent.role"] == "client")
    #expect(record[integer: "process.pid"] == pid)
  }
}
