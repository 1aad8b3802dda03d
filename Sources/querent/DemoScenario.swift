import Bytes
import Correlation
import DNSWire
import Formats
import HostSystem
import ProcFS
import PacketDecoding
import Synchronization
import SystemPackage
import TraceModel

/// The clients of the demo, the exchanges that are expected of them, and their private network.
enum DemoScenario {
  struct Case: Sendable {
    var command: [String]
    var environment: [String: String] = [:]
    var expected: [Expected]
  }

  struct Expected: Sendable, CustomStringConvertible {
    var name: String
    var type: RecordType
    var transport: Transport
    var family: IPAddress.Family
    var port: UInt16 = 53
    var outcome: Outcome = .answered
    var code: ResponseCode? = .noError

    func matches(_ exchange: borrowing Exchange) -> Bool {
      guard let question = exchange.question, let first = exchange.first, let name = OwnedName(name) else {
        return false
      }
      return question.qname == name.view && question.qtype == type && first.flow.transport == transport
        && first.server.address.family == family && first.server.port == port && exchange.outcome == outcome
        && exchange.answer?.responseCode == code
    }

    var description: String {
      "\(name) \(type.mnemonic) over \(transport == .tcp ? "TCP" : "UDP")/IPv\(family.rawValue) port \(port)"
    }
  }

  /// The clients: getent (getaddrinfo), which every Debian has, and dig if it is installed.
  static func cases() -> [Case] {
    let zone = Responder.zone
    func both(_ name: String, _ transport: Transport) -> [Expected] {
      [.a, .aaaa].map { Expected(name: name, type: $0, transport: transport, family: .v4) }
    }
    var cases = [
      Case(command: ["getent", "ahosts", "libc.\(zone)"], expected: both("libc.\(zone)", .udp)),
      Case(
        command: ["getent", "ahosts", "libc-tcp.\(zone)"], environment: ["RES_OPTIONS": "use-vc"],
        expected: both("libc-tcp.\(zone)", .tcp)),
    ]
    guard program("dig") != nil else { return cases }
    func dig(_ arguments: String, _ expected: Expected) {
      cases.append(
        Case(
          command: ["dig", "+tries=1", "+time=1"] + arguments.split(separator: " ").map(String.init),
          expected: [expected]))
    }
    dig("@127.0.0.1 a.\(zone) A", Expected(name: "a.\(zone)", type: .a, transport: .udp, family: .v4))
    dig(
      "@127.0.0.1 aaaa.\(zone) AAAA",
      Expected(name: "aaaa.\(zone)", type: .aaaa, transport: .udp, family: .v4))
    dig("@::1 six.\(zone) AAAA", Expected(name: "six.\(zone)", type: .aaaa, transport: .udp, family: .v6))
    dig(
      "@127.0.0.1 web.\(zone) HTTPS",
      Expected(name: "web.\(zone)", type: .https, transport: .udp, family: .v4))
    dig(
      "+tcp @127.0.0.1 stream.\(zone) A",
      Expected(name: "stream.\(zone)", type: .a, transport: .tcp, family: .v4))
    dig(
      "+tcp @::1 stream6.\(zone) HTTPS",
      Expected(name: "stream6.\(zone)", type: .https, transport: .tcp, family: .v6))
    dig(
      "@127.0.0.1 missing.\(zone) A",
      Expected(name: "missing.\(zone)", type: .a, transport: .udp, family: .v4, code: .nameError))
    dig(
      "-p 5300 @127.0.0.1 port.\(zone) A",
      Expected(name: "port.\(zone)", type: .a, transport: .udp, family: .v4, port: 5300))
    dig(
      "@::1 \(Responder.silentName) A",
      Expected(
        name: Responder.silentName, type: .a, transport: .udp, family: .v6, outcome: .unanswered, code: nil))
    return cases
  }

  /// The path of a program in PATH; nil if there is none.
  static func program(_ name: String) -> String? {
    (Terminal.variable("PATH") ?? "/usr/bin:/bin").split(separator: ":").map { "\($0)/\(name)" }
      .first { ProcFS.inode($0) != nil }
  }

  /// Enters a network and a mount namespace in which getaddrinfo uses the demo's server.
  static func enter() throws(Failure) {
    do {
      try PrivateNamespaces.enter()
    } catch {
      throw Failure(
        "can't make a network namespace: \(error)",
        advice: "a container may forbid it; run the demo on the host", code: .unsupported)
    }
    for (target, text) in [
      ("/etc/resolv.conf", "nameserver 127.0.0.1\n"), ("/etc/nsswitch.conf", "hosts: dns\n"),
    ] {
      do {
        try PrivateNamespaces.replaceFile(target, with: text)
      } catch {
        throw Failure(
          "can't mount a file over \(target): \(error)", advice: "the file must exist",
          code: .failed)
      }
    }
  }

  static func serve() throws(Failure) {
    for family in [LoopbackServer.Family.v4, .v6] {
      for port in [UInt16(53), 5300] {
        do {
          try LoopbackServer.datagrams(family, port: port, Responder.answer)
          try LoopbackServer.streams(family, port: port, Responder.answer)
        } catch {
          throw Failure(
            "can't answer on port \(port) in the private network: \(error)",
            advice: error.isMemoryShortage ? Failure.moreMemory : "IPv6 must be enabled on loopback",
            code: .failed)
        }
      }
    }
  }
}
