import Bytes
import CaptureFiles
import DNSWire
package import TraceModel

/// What the programs of a host ask within a minute, made up and the same in every run: what a screen shows of a host.
public struct HostMinute: Sendable {
  private var packets: [Capture] = []
  private var random = SplitMix(state: 7)
  private var socket = 0

  /// 2026-11-22 10:03:33 UTC.
  private static let start: Int64 = 1_795_341_813_000_000_000

  /// A program and what it asks.
  private struct Program {
    let process: Attribution
    let names: [String]
    /// Queries in the minute.
    let count: Int
    var server: [UInt8] = [192, 0, 2, 53]
    /// In microseconds, of half of the answers.
    var latency = 9000
    /// Of each hundred queries: refused by the server, without such a name, without an answer.
    var failed = 0
    var nonexistent = 0
    var unanswered = 0
    var type = RecordType.a
  }

  public init() {
    for program in Self.programs { add(program) }
    packets.sort { $0.header.time < $1.header.time }
  }

  /// Its packets in the order of their times.
  package static var captures: [Capture] { HostMinute().packets }

  /// As `querent --format pcapng` would have written it.
  public static let capture: CaptureFile = {
    let minute = HostMinute()
    return CaptureFile(
      "host.pcapng", packets: minute.packets.count, messages: minute.packets.count, octets: minute.pcapng())
  }()

  private func pcapng() -> [UInt8] {
    var writer = PcapngWriter(
      application: "test", bootTime: Timestamp(nanoseconds: Self.start - 3_600_000_000_000),
      processes: .inPackets)
    var octets = ByteWriter()
    writer.start(&octets)
    for packet in packets {
      var record = ByteWriter()
      writer.write(packet.view, interfaces: InterfaceNames(), declarations: &octets, to: &record)
      octets.append(octets: record.span)
    }
    return octets.array()
  }
}

// MARK: Programs

extension HostMinute {
  private static let programs = [
    Program(
      process: process("firefox", 4711, "ana", 1000),
      names: [
        "www.example.com", "cdn1.example.net", "cdn2.example.net", "static.example.org", "api.example.com",
        "img.shop.example", "fonts.example.net", "telemetry.example.org",
      ], count: 412, latency: 14_000, nonexistent: 1),
    Program(
      process: process("node", 8123, "node", 1001, container: "shop-web-1"),
      names: ["db.internal.example", "db.internal.example.corp.test", "cache.internal.example"], count: 236,
      server: [192, 0, 2, 2], latency: 700, nonexistent: 34),
    Program(
      process: process("smtpd", 2210, "postfix", 89),
      names: ["mx.example.org", "7.0.113.203.zen.example.net", "mail.partner.co.uk"], count: 148,
      latency: 46_000, failed: 9, nonexistent: 20, unanswered: 2, type: .mx),
    Program(
      process: process("prometheus", 1502, "prometheus", 990),
      names: (1...6).map { "node\($0).lab.example.com" }, count: 120, latency: 500),
    Program(
      process: process("worker", 9001, "app", 10_001, container: "queue-worker-1"),
      names: ["jobs.queue.example", "s3.storage.example.net"], count: 84, server: [192, 0, 2, 2],
      latency: 1200, failed: 3),
    Program(
      process: process("apt", 30_120, "_apt", 42), names: ["deb.debian.example", "security.debian.example"],
      count: 18, latency: 31_000),
    Program(
      process: process("chronyd", 640, "_chrony", 110), names: ["0.pool.ntp.example", "1.pool.ntp.example"],
      count: 12, latency: 22_000),
    Program(
      process: process("restic", 31_007, "backup", 34), names: ["backup.offsite.example"], count: 9,
      server: [198, 51, 100, 9], latency: 240_000, unanswered: 55),
    Program(process: process("curl", 31_544, "ana", 1000), names: ["www.example.com"], count: 4),
    Program(
      process: process("ssh", 31_570, "ana", 1000), names: ["build.lab.example.com"], count: 2, latency: 800),
    Program(
      process: Attribution(method: .none(.olderThanQuerent)), names: ["printer.lab.example.com"], count: 3,
      nonexistent: 100),
  ]

  private static func process(
    _ name: TaskName, _ pid: Int32, _ user: String, _ uid: UInt32, container: String? = nil
  ) -> Attribution {
    let id = String(repeating: "9f2b0c4d5e6f7081", count: 4)
    return Attribution(
      owner: TaskSnapshot(
        identity: ProcessIdentity(pid: pid, startTime: 90_000_000_000), tid: pid,
        credentials: Credentials(uid: uid, gid: uid), name: name, threadName: name, source: .send),
      details: ProcessDetails(
        executable: "/usr/bin/\(name)", user: user, group: user,
        container: container.map { name in
          Container(
            id: String(name.utf8.first ?? 0) + id.dropFirst(2), runtime: "docker",
            Container.Metadata(name: name, image: "example/\(name)"))
        }),
      method: .sender)
  }
}

// MARK: Packets

extension HostMinute {
  private mutating func add(_ program: Program) {
    for index in 0..<program.count {
      socket += 1
      var ends = Ends.four.from(20_000 + socket)
      ends.server = program.server
      // Browsers ask in bursts.
      let even = 60_000_000 * index / program.count
      let moment = program.count > 300 ? even / 6_000_000 * 6_000_000 + even % 6_000_000 / 3 : even
      let time = Self.start + Int64(1000 * (moment + below(400_000)))
      let name = OwnedName(program.names[below(program.names.count)]) ?? .root
      let query = MessageBuilder(
        query: UInt16(truncatingIfNeeded: below(65_536)),
        MessageBuilder.Question(qname: name, qtype: program.type))
      add(ends.udp(query.build()), at: time, .egress, program.process)
      let chance = below(100)
      if chance < program.unanswered { continue }
      var answer = query
      answer.header.isResponse = true
      if chance < program.unanswered + program.failed {
        answer.header.responseCode = .serverFailure
      } else if chance < program.unanswered + program.failed + program.nonexistent {
        answer.header.responseCode = .nameError
      } else {
        let data =
          program.type == .a
          ? OwnedRData.a(0xC633_6400 | UInt32(below(200))) : .mx(preference: 10, exchange: name)
        answer.answers = [MessageBuilder.Record(name: name, type: program.type, ttl: 60, rdata: data)]
      }
      // One in fifty takes much longer.
      let spread = program.latency / 2 + below(program.latency)
      let latency = below(50) == 0 ? 12 * spread : spread
      add(ends.udp(answer.build()), at: time + Int64(1000 * latency), .ingress, program.process)
    }
  }

  private mutating func add(
    _ octets: [UInt8], at time: Int64, _ direction: Direction, _ process: Attribution
  ) {
    packets.append(
      Capture(
        bytes: octets, time: Timestamp(nanoseconds: time), direction: direction, socketCookie: UInt64(socket),
        recognition: .port, attribution: process))
  }

  private mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
}

/// Numbers that look random and are the same in every run.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
    return value ^ value >> 31
  }
}
