import Foundation
import KernelProbe
import Lab
import ProcFS
import Testing
import TraceModel

/// The kernel programs' records of lookups over unix sockets, with the test's clients and servers at the real paths.
@Suite(.serialized, .enabled(if: Requirements.kernel, "\(Requirements.kernelReason)"))
struct LocalLookupTests {
  @Test(arguments: [
    (Recognition.varlink, "/run/systemd/resolve/io.systemd.Resolve"), (.nscd, "/run/nscd/socket"),
    (.nscd, "/var/run/nscd/socket"),
  ])
  func `a call, its receipt and its reply are recorded, with their processes`(
    recognition: Recognition, path: String
  ) throws {
    let (captures, client, _) = try Self.run(path: path, count: 3)
    #expect(captures.map(\.header.recognition) == [recognition, recognition, recognition])
    let (call, receipt, reply) = (captures[0], captures[1], captures[2])
    #expect(String(decoding: call.bytes, as: UTF8.self) == "question")
    #expect(call.header.direction == .egress)
    #expect(call.tasks.sender?.name == "client")
    #expect(call.tasks.sender?.source == .send || call.tasks.sender?.source == .sending)
    #expect(receipt.header.direction == .egress)
    #expect(receipt.header.originalLength == 0 && receipt.bytes.isEmpty)
    #expect(receipt.tasks.owner?.name == "server")
    #expect(receipt.tasks.owner?.source == .receive)
    #expect(String(decoding: reply.bytes, as: UTF8.self) == "answer")
    #expect(reply.header.direction == .ingress)
    #expect(reply.tasks.sender?.identity == receipt.tasks.owner?.identity)
    #expect(call.header.socketCookie != 0)
    #expect(captures.allSatisfy { $0.header.socketCookie == call.header.socketCookie })
    #expect(captures.allSatisfy { $0.header.networkNamespace == client })
  }

  @Test(arguments: [
    "connection.send(b'question')", "os.write(connection.fileno(), b'question')",
    "connection.sendmsg([b'question'])", "os.writev(connection.fileno(), [b'question'])",
  ])
  func `the octets that a client sends are recorded, for every system call`(call: String) throws {
    let (captures, _, _) = try Self.run(call: call, count: 3)
    #expect(String(decoding: captures.first?.bytes ?? [], as: UTF8.self) == "question")
  }

  @Test func `the first 16 KiB of a long message are recorded, and the rest is counted`() throws {
    let (captures, _, counters) = try Self.run(call: "connection.send(b'x' * 40000)", count: 3)
    #expect(captures.first?.header.originalLength == 40000)
    #expect(captures.first?.bytes == [UInt8](repeating: UInt8(ascii: "x"), count: 16384))
    #expect(counters.shortened == 1)
  }

  @Test
  func `of octets in several buffers those of the first one are recorded, and the rest is counted`()
    throws
  {
    let (captures, _, counters) = try Self.run(call: "connection.sendmsg([b'ques', b'tion'])", count: 3)
    #expect(captures.first?.header.originalLength == 8)
    #expect(String(decoding: captures.first?.bytes ?? [], as: UTF8.self) == "ques")
    #expect(counters.shortened == 1)
  }

  @Test func `octets that are not in process memory are not recorded, but counted`() throws {
    let (captures, _, counters) = try Self.run(
      call: """
        page = os.memfd_create("page"); os.write(page, b"question"); \
        os.sendfile(connection.fileno(), page, 0, 8)
        """, count: 3)
    let call = try #require(captures.first)
    #expect(call.header.originalLength == 8 && call.bytes.isEmpty)
    #expect(counters.shortened == 1)
  }

  @Test(arguments: [
    "/run/systemd/resolve/io.systemd.Resolve.Monitor", "/run/systemd/resolve/io.systemd.Resolv", "/run/other",
    "/root/run/nscd/socket", "\\0/run/nscd/socket",
  ])
  func `other sockets are not recorded`(path: String) throws {
    let (captures, _, counters) = try Self.run(path: path, count: 0)
    #expect(captures.isEmpty)
    #expect(counters.recognised == 0)
  }

  /// Traces a client that makes one call to a server at `path`, until there are that many records and both have ended.
  private static func run(
    path: String = "/run/systemd/resolve/io.systemd.Resolve", call: String = "connection.send(b'question')",
    count: Int
  ) throws -> ([Recorded], UInt32, KernelCounters) {
    let namespace = try Namespace()
    var plan = ProbePlan(.cgroup(try #require(ControlGroups.mountPoint())))
    plan.onlyNamespace = UInt32(namespace.inode)
    let probe = try Probe(plan)
    // `ip netns exec` has made a private mount namespace.
    let running = try namespace.python(
      """
      import os, socket, subprocess
      path = "\(path)"
      subprocess.run(["mount", "-t", "tmpfs", "none", "/run"], check=True)
      subprocess.run(["mount", "-t", "tmpfs", "none", "/root"], check=True)
      if path[0] == "/": os.makedirs(os.path.dirname(path), exist_ok=True)
      def name(text): open("/proc/self/comm", "w").write(text)
      listener = socket.socket(socket.AF_UNIX); listener.bind(path); listener.listen()
      if os.fork() == 0:
          name("server")
          connection = listener.accept()[0]
          connection.recv(65536)
          connection.send(b"answer")
          os._exit(0)
      name("client")
      connection = socket.socket(socket.AF_UNIX); connection.connect(path)
      \(call)
      assert connection.recv(64) == b"answer"
      os.wait()
      """)
    #expect(running.wait() == 0, "\(running.errorText)")
    var captures = ProbeTests.captures(of: probe, until: { $0.count >= count })
    probe.drain(waiting: 0) { captures.append(Recorded($0)) }
    try #require(captures.count == count)
    return (captures, UInt32(namespace.inode), probe.counters())
  }
}
