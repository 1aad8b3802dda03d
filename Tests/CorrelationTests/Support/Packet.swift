import TraceModel
import Correlation
import DNSWire
import PacketDecoding

/// A DNS message that passes a socket; every test changes only the properties that it needs.
struct Packet {
  var id: UInt16 = 7
  var name: String? = "www.example.com"
  var type = RecordType.a
  var isResponse = false
  var code = ResponseCode.noError
  var isAuthoritative = false
  var recursionAvailable = false
  /// The target of an alias in the answer section.
  var alias: String?
  /// Names of address records in the answer section.
  var records: [String] = []
  var client = Endpoint("192.0.2.10", 40000)
  var server = Endpoint("198.51.100.53", 53)
  var transport = Transport.udp
  var side = Side.client
  var cookie: UInt64 = 1000
  var namespace: UInt32 = 1
  /// The interface's index, if it was seen on one.
  var interface: UInt32 = 0
  var pid: Int32? = 42
  /// The thread; nil for the process's first.
  var tid: Int32?
  /// The process that it was forked from, and how often the program was executed.
  var parent: Int32 = 0
  var executions: UInt32 = 0
  /// When the process started.
  var started: UInt64 = 1
  /// Milliseconds since the epoch.
  var time: Int64 = 0
  /// Beyond those.
  var nanoseconds: Int64 = 0

  /// Which end's socket it was seen on.
  enum Side { case client, server }

  /// The answer, passing the same socket `milliseconds` later.
  func answer(after milliseconds: Int64 = 10, code: ResponseCode = .noError) -> Packet {
    changed {
      $0.isResponse = true
      $0.time += milliseconds
      $0.code = code
    }
  }

  /// The same packet at the other end's socket on this host.
  func copy(cookie: UInt64 = 2000, pid: Int32? = 53, namespace: UInt32? = nil) -> Packet {
    changed {
      $0.side = side == .client ? .server : .client
      $0.cookie = cookie
      $0.pid = pid
      $0.namespace = namespace ?? $0.namespace
    }
  }

  func changed(_ change: (inout Packet) -> Void) -> Packet {
    var other = self
    change(&other)
    return other
  }
}

extension Packet {
  /// The message.
  func octets() throws -> [UInt8] {
    var builder = MessageBuilder(header: Header(id: id))
    builder.header.isResponse = isResponse
    builder.header.responseCode = code
    builder.header.isAuthoritative = isAuthoritative
    builder.header.recursionAvailable = recursionAvailable
    if let name { builder.questions = [.init(qname: try parse(name), qtype: type)] }
    builder.answers = try records.map {
      type == .aaaa
        ? .init(name: try parse($0), type: .aaaa, ttl: 60, rdata: .aaaa(high: 0x2001_0db8 << 32, low: 1))
        : .init(name: try parse($0), type: .a, ttl: 60, rdata: .a(0xC000_0207))
    }
    if let alias, let name {
      builder.answers.append(
        .init(name: try parse(name), type: .cname, ttl: 60, rdata: .name(try parse(alias))))
    }
    return builder.build()
  }

  /// The context of a message of that many octets.
  func context(_ length: Int) -> MessageContext {
    let flow = Flow(transport: transport, source: client, destination: server)
    return MessageContext(
      flow: isResponse ? flow.reversed : flow, length: length,
      time: Timestamp(milliseconds: time).advanced(byNanoseconds: nanoseconds),
      direction: (side == .client) != isResponse ? .egress : .ingress, socketCookie: cookie,
      interfaceIndex: interface, networkNamespace: namespace,
      attribution: Attribution(pid: pid, tid: tid, parent: parent, executions: executions, started: started))
  }

  private func parse(_ text: String) throws -> OwnedName {
    guard let name = OwnedName(text) else { throw NotAName(text: text) }
    return name
  }

  private struct NotAName: Error { let text: String }
}

extension Endpoint {
  /// From text that a test writes out.
  init(_ address: String, _ port: UInt16) {
    self.init(address: IPAddress(address) ?? IPAddress(v4: 0), port: port)
  }
}

extension Timestamp {
  init(milliseconds: Int64) { self.init(nanoseconds: milliseconds * 1_000_000) }
}

extension Attribution {
  /// The last user of the socket, if any.
  init(pid: Int32?, tid: Int32? = nil, parent: Int32 = 0, executions: UInt32 = 0, started: UInt64 = 1) {
    self.init(
      owner: pid.map {
        TaskSnapshot(
          identity: ProcessIdentity(pid: $0, startTime: started), execID: executions, tid: tid ?? $0,
          credentials: Credentials(uid: 0, gid: 0),
          name: "test", threadName: "test", parentPID: parent, source: .send)
      }, method: pid == nil ? .none(.noSocket) : .owner)
  }

  var pid: Int32? { owner?.identity.pid }
}
