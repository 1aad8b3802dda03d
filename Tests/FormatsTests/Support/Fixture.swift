import TraceModel
import DNSWire
import Formats
import PacketDecoding

@testable import Correlation

/// The exchanges with which every format is tested.
struct Fixture {
  let examples: [Example]

  struct Example {
    let name: String
    let record: FixtureRecord
  }

  static let host = Host(
    name: "workstation", machineID: "0123456789abcdef0123456789abcdef",
    bootID: "6f1c2a34-5b6d-4e7f-8a90-b1c2d3e4f506",
    bootTime: Timestamp(nanoseconds: 1_795_300_000_000_000_000),
    tier: "trampoline", interfaces: interfaces, clockOffsets: ClockOffsets([(from: 0, seconds: 3600)]))

  private static var interfaces: InterfaceNames {
    let names = InterfaceNames()
    names.set("lo", for: 1)
    names.set("ens18", for: 2)
    return names
  }

  init() throws {
    var events = try Self.everyday() + Self.endings() + Self.strangers()
    let builder = try ExchangeBuilder { $0.answers = [try .record("www.example.com", .a, .a(0xC000_0201))] }
    events += [
      ("message: query", StoredExchange(alone: try builder.query())),
      ("message: answer", StoredExchange(alone: try builder.answer())),
      try Self.update(),
      try Self.multicastQuestion(),
      try Self.example("an internationalised name") {
        $0.time = 32_000_000_000
        $0.name = "www.XN--FIQS8S.xn--bcher-kva.example"
        $0.answers = [try .record("www.xn--fiqs8s.xn--bcher-kva.example", .a, .a(0xC000_0204))]
      },
      try Self.example("an answer captured in part") {
        $0.time = 33_000_000_000
        $0.capturedAnswer = 56
        $0.answers = try (1...4).map { try .record("www.example.com", .a, .a(0xC000_0200 + $0)) }
      },
      try Self.legacyQuestion(),
    ]
    events += try Self.chains()
    examples = events.enumerated().map { index, event in
      Example(name: event.0, record: FixtureRecord(event.1, sequence: UInt64(index + 1)))
    }
  }

  func record(_ name: String) -> FixtureRecord? { examples.first { $0.name == name }?.record }

  private static func example(_ name: String, _ change: (inout ExchangeBuilder) throws -> Void) throws -> (
    String, StoredExchange
  ) {
    (name, try ExchangeBuilder(change).exchange())
  }
}

// MARK: Lookups

extension Fixture {
  /// The queries of getaddrinfo for `db` with the search list `eu.example.com example.com`.
  static func lookup() throws -> FixtureRecord {
    func builder(
      _ name: String, _ type: RecordType, at time: Int64, _ change: (inout ExchangeBuilder) throws -> Void
    )
      throws
      -> StoredExchange
    {
      try ExchangeBuilder {
        $0.name = name
        $0.type = type
        $0.time = 50_000_000_000 + time
        $0.latency = 1_000_000
        $0.code = .nameError
        try change(&$0)
      }.exchange()
    }
    return FixtureRecord(
      [
        try builder("db.eu.example.com", .a, at: 0) { _ in },
        try builder("db.eu.example.com", .aaaa, at: 100_000) { _ in },
        try builder("DB.example.com", .a, at: 2_000_000) {
          $0.code = .noError
          $0.answers = [try .record("db.example.com", .a, .a(0xC000_0209))]
        },
        try builder("DB.example.com", .aaaa, at: 2_100_000) {
          $0.code = .noError
          $0.latency = 2_000_000
          $0.answers = [try .record("db.example.com", .aaaa, .aaaa(high: 0x2001_0db8_0000_0000, low: 9))]
        },
      ], sequence: 7)
  }
}

// MARK: Resolvers on this host

extension Fixture {
  private static let resolver = Attribution.process(
    "dnsmasq", 611,
    details: ProcessDetails(executable: "/usr/sbin/dnsmasq", user: "dnsmasq", group: "nogroup"))

  fileprivate static func chains() throws -> [(String, StoredExchange)] {
    let process = resolver.process
    return [
      try example("a resolver's query") {
        $0.time = 40_000_100_000
        $0.attribution = resolver
        $0.server = Endpoint("9.9.9.9", 53)
        $0.answers = [try .record("www.example.com", .a, .a(0xC000_0201))]
        $0.chain = Chain()
        $0.chain?.onBehalfOf = [
          ServedClient(process: browser.process, client: Endpoint("127.0.0.1", 40125), evidence: .proven),
          ServedClient(process: nil, client: Endpoint("198.51.100.77", 33333), evidence: .coalesced),
        ]
      },
      try example("answered through a resolver") {
        $0.time = 40_000_000_000
        $0.client = Endpoint("127.0.0.1", 40125)
        $0.server = Endpoint("127.0.0.1", 53)
        $0.interface = 1
        $0.attribution = browser
        $0.answeredBy = resolver
        $0.answers = [try .record("www.example.com", .a, .a(0xC000_0201))]
        $0.chain = Chain()
        $0.chain?.answeredFrom = .upstream
        $0.chain?.omitted = 3
        $0.chain?.forwarded = [
          ForwardedQuery(
            server: Endpoint("203.0.113.53", 53), service: .dns, process: process, question: nil,
            evidence: .proven),
          ForwardedQuery(
            server: Endpoint("9.9.9.9", 53), service: .dns, process: process,
            question: ForwardedQuery.Question(name: try .parse("Edge.example.com"), type: .aaaa),
            evidence: .inferred, latency: 11_000_000, responseCode: .noError),
        ]
      },
      try example("answered from a resolver's cache") {
        $0.time = 41_000_000_000
        $0.latency = 80_000
        $0.client = Endpoint("127.0.0.1", 40126)
        $0.server = Endpoint("127.0.0.1", 53)
        $0.interface = 1
        $0.answeredBy = resolver
        $0.answers = [try .record("www.example.com", .a, .a(0xC000_0201))]
        $0.chain = Chain()
        $0.chain?.answeredFrom = .cache
      },
      try example("a lookup over a unix socket") {
        $0.time = 42_000_000_000
        $0.transport = .unix
        $0.recognition = .varlink
        $0.interface = 0
        $0.attribution = browser
        $0.answeredBy = .process("systemd-resolve", 640)
        $0.answers = [
          try .record("www.example.com", .a, .a(0xC000_0201), ttl: 0),
          try .record("www.example.com", .aaaa, .aaaa(high: 0x2001_0db8_0000_0000, low: 1), ttl: 0),
        ]
        $0.chain = Chain()
        $0.chain?.answeredFrom = .upstream
        $0.chain?.forwarded = [
          ForwardedQuery(
            server: Endpoint("9.9.9.9", 53), service: .dns, process: process, question: nil,
            evidence: .proven,
            latency: 11_000_000, responseCode: .noError)
        ]
      },
      try example("a lookup by nscd that asked systemd-resolved") {
        $0.time = 43_000_000_000
        $0.transport = .unix
        $0.recognition = .nscd
        $0.interface = 0
        $0.name = "none.example"
        $0.code = .nameError
        $0.attribution = browser
        $0.answeredBy = .process("nscd", 650)
        $0.chain = Chain()
        $0.chain?.answeredFrom = .upstream
        $0.chain?.forwarded = [
          ForwardedQuery(
            server: nil, service: .varlink, process: process, question: nil, evidence: .proven,
            latency: 11_000_000, responseCode: .nameError)
        ]
        $0.chain?.onBehalfOf = [ServedClient(process: nil, client: nil, evidence: .proven)]
      },
    ]
  }
}

// MARK: Ordinary exchanges

extension Fixture {
  static let browser = Attribution.process(
    "firefox", 4711, thread: "DNS Res~ver #3",
    details: ProcessDetails(
      executable: "/usr/lib/firefox/firefox", arguments: ["firefox", "--new-window", ""],
      workingDirectory: "/home/ana",
      user: "ana", group: "users",
      parent: ProcessDetails.Parent(pid: 900, name: "systemd", executable: "/usr/lib/systemd/systemd"),
      cgroup: "/user.slice/user-1000.slice/user@1000.service/app.slice/firefox.scope"))

  static let container = Container(
    id: "9f2b0c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f809", runtime: "docker")

  fileprivate static func everyday() throws -> [(String, StoredExchange)] {
    [
      try example("chain of aliases") {
        $0.attribution = browser
        $0.name = "WWW.Example.com"
        $0.queryOPT = .init(udpPayloadSize: 1232)
        $0.answers = [
          try .record("www.example.com", .cname, .name(try .parse("edge.example.net"))),
          try .record("edge.example.net", .cname, .name(try .parse("e7.example.net")), ttl: 60),
          try .record("e7.example.net", .a, .a(0xC000_0201), ttl: 20),
          try .record("e7.example.net", .a, .a(0xC000_0202), ttl: 20),
        ]
      },
      try example("AAAA over TCP") {
        $0.type = .aaaa
        $0.client = Endpoint("2001:db8::3", 40000)
        $0.server = Endpoint("2001:db8::53", 53)
        $0.transport = .tcp
        $0.isReassembled = true
        $0.time = 1_000_000_000
        $0.latency = 834_000
        $0.flags = 0x81a0
        $0.attribution = .process("curl", 4800, method: .owner)
        $0.answers = [try .record("www.example.com", .aaaa, .aaaa(high: 0x2001_0db8_0000_0000, low: 0x80))]
      },
      try example("no such name") {
        $0.name = "ads.example.org"
        $0.time = 2_000_000_000
        $0.code = .nameError
        $0.authority = [
          try .record(
            "example.org", .soa,
            .soa(
              mname: try .parse("ns1.example.org"), rname: try .parse("hostmaster.example.org"),
              [2_026_112_201, 7200, 3600, 1_209_600, 300]))
        ]
        $0.additional = [try .record("ns1.example.org", .a, .a(0xC000_0235))]
        $0.opt = .init(
          udpPayloadSize: 4096, dnssecOK: true,
          options: [
            .extendedError(.blocked, text: "ads are blocked"),
            .clientSubnet(ClientSubnet(address: .ipv4(0xC633_6400), sourcePrefix: 24, scopePrefix: 16)),
            .init(
              code: .cookie, octets: [1, 2, 3, 4, 5, 6, 7, 8, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98]),
          ])
      },
      try example("no such type") {
        $0.type = .aaaa
        $0.time = 2_500_000_000
      },
      try example("mail exchange") {
        $0.name = "example.com"
        $0.type = .mx
        $0.time = 3_000_000_000
        $0.answers = [
          try .record("example.com", .mx, .mx(preference: 10, exchange: try .parse("mx1.example.com"))),
          try .record("example.com", .mx, .mx(preference: 20, exchange: try .parse("mx2.example.com"))),
        ]
      },
      try example("HTTPS") {
        $0.type = .https
        $0.time = 4_000_000_000
        $0.attribution = browser
        $0.answers = [
          try .record(
            "www.example.com", .https,
            .serviceBinding(
              priority: 1, target: .root,
              [.alpn: [2, 0x68, 0x33, 2, 0x68, 0x32], .ipv4hint: [192, 0, 2, 1]]))
        ]
      },
      try example("in a container") {
        $0.name = "db.internal"
        $0.client = Endpoint("172.17.0.2", 41000)
        $0.time = 5_000_000_000
        $0.attribution = .process(
          "node", 8123, method: .owner,
          details: ProcessDetails(
            executable: "/usr/local/bin/node", arguments: ["node", "server.js"],
            isInherited: true, workingDirectory: "/app", user: "ana",
            cgroup: "/system.slice/docker-\(container.id).scope", container: container))
        $0.answers = [try .record("db.internal", .a, .a(0x0A00_0007), ttl: 5)]
      },
      try example("a local server answered") {
        $0.client = Endpoint("127.0.0.1", 40123)
        $0.server = Endpoint("127.0.0.1", 53)
        $0.interface = 1
        $0.time = 6_000_000_000
        $0.latency = 90_000
        $0.answeredBy = Attribution.process(
          "dnsmasq", 611, method: .owner,
          details: ProcessDetails(executable: "/usr/sbin/dnsmasq", user: "dnsmasq", group: "nogroup"))
        $0.answers = [try .record("www.example.com", .a, .a(0xC000_0201))]
      },
      try example("another host asked") {
        $0.client = Endpoint("198.51.100.77", 33333)
        $0.role = .server
        $0.time = 7_000_000_000
        $0.latency = 400_000
        $0.attribution = .process(
          "dnsmasq", 611, method: .paired, details: ProcessDetails(executable: "/usr/sbin/dnsmasq"))
        $0.answers = [try .record("www.example.com", .a, .a(0xC000_0201))]
      },
    ]
  }
}

// MARK: Outcomes

extension Fixture {
  fileprivate static func endings() throws -> [(String, StoredExchange)] {
    [
      try example("unanswered") {
        $0.outcome = .unanswered
        $0.retries = 2
        $0.time = 10_000_000_000
        $0.attribution = .process("getent", 5001)
      },
      try example("late") {
        $0.outcome = .late
        $0.time = 11_000_000_000
        $0.latency = 6_200_000_000
        $0.answers = [try .record("www.example.com", .a, .a(0xC000_0201))]
      },
      try example("repeated") {
        $0.outcome = .repeated
        $0.retries = 1
        $0.time = 12_000_000_000
        $0.answers = [try .record("www.example.com", .a, .a(0xC000_0201))]
      },
      try example("unsolicited") {
        $0.outcome = .unsolicited
        $0.time = 13_000_000_000
        $0.answers = [try .record("www.example.com", .a, .a(0xCB00_7142))]
      },
      try example("pending") {
        $0.outcome = .pending
        $0.time = 14_000_000_000
      },
    ]
  }
}

// MARK: Unusual and hostile messages

extension Fixture {
  /// Escape sequences for colour and title, a newline, and octets that are not UTF-8.
  static let attack = "\u{1b}[31m\u{1b}]0;owned\u{7}\r\nuser=root\u{9b}2J\u{7f}"

  fileprivate static func strangers() throws -> [(String, StoredExchange)] {
    [
      try example("process is gone") {
        $0.time = 20_000_000_000
        let known = Attribution.process("", 6000, method: .creator, details: nil)
        var owner = known.owner
        owner?.identity.startTime = 0
        owner?.parentPID = 0
        $0.attribution = Attribution(owner: owner, details: known.details, method: known.method)
        $0.answers = [try .record("www.example.com", .a, .a(0xC000_0201))]
      },
      try example("nobody is known") {
        $0.time = 21_000_000_000
        $0.attribution = Attribution(method: .none(.olderThanQuerent))
        $0.interface = 9
        $0.code = .refused
      },
      try example("hostile text") {
        $0.type = .txt
        $0.time = 22_000_000_000
        $0.name = "a\\027[31m\\010b.exa mple\\.com.\\255\\155x"
        $0.answers = [
          try .record(
            "\\000\\200.example", .txt,
            .octets([
              11, 0x71, 0x22, 0x5c, 0x20, 0x27, 0x1b, 0x5b, 0x0a, 0x00, 0x7f, 0xff, 4, 0xc2, 0x9b, 0x32, 0x4a,
              0,
            ])),
          try .record("it's.example", .txt, .txt(["nospace'"])),
        ]
        $0.opt = .init(
          options: [
            .init(code: .extendedError, octets: [0, 0, 0x1b, 0x5b, 0xff, 0xc2, 0x9b, 0x22, 0x0a]),
            .init(code: .nsid, octets: [0x1b, 0xc2, 0x85]),
          ])
      },
      try example("hostile process") {
        $0.time = 23_000_000_000
        $0.name = "it's.example"
        $0.attribution = .process(
          TaskName(octets: [0x1b, 0x5b, 0x33, 0x31, 0x6d, 0x0a, 0x20, 0x27, 0x5c, 0x9b, 0xc2, 0x9b, 0xff]),
          6666,
          thread: TaskName(octets: [0x0d, 0x41, 0xe2, 0x82]),
          details: ProcessDetails(
            executable: "/tmp/\(attack)", arguments: ["x", attack, "\"\\", ""],
            workingDirectory: "/\(attack)",
            user: attack, group: attack,
            parent: ProcessDetails.Parent(pid: 900, name: attack, executable: attack), cgroup: "/\(attack)",
            container: Container(
              id: attack, runtime: nil,
              Container.Metadata(name: attack, image: attack, pod: attack, namespace: attack))))
        $0.answeredBy = $0.attribution
        $0.answers = [try .record("it's.example", .a, .a(0x7F00_0001))]
      },
      try example("unassigned numbers") {
        $0.time = 24_000_000_000
        $0.name = "."
        $0.type = RecordType(rawValue: 65280)
        $0.class = RecordClass(rawValue: 3)
        $0.server = Endpoint("203.0.113.9", 5300)
        $0.recognition = .shape
        $0.flags = 0x8380
        $0.code = ResponseCode(rawValue: 1)
        $0.latency = 1_500_000
        $0.answers = [try .record(".", RecordType(rawValue: 65280), .octets([1, 2, 0xff]), ttl: .max)]
        $0.opt = .init(
          extendedResponseCode: 0xF0, version: 1,
          options: [
            .init(code: .extendedError, octets: [0xc0, 0]),
            .init(code: EDNSOptionCode(rawValue: 65001), octets: [0xab]),
          ])
      },
      try example("an announcement") {
        $0.outcome = .unsolicited
        $0.time = 25_000_000_000
        $0.id = 0
        $0.name = nil
        $0.client = Endpoint("224.0.0.251", 5353)
        $0.server = Endpoint("192.168.44.9", 5353)
        $0.flags = 0x8400
        $0.attribution = .process("avahi-daemon", 700, method: .owner, details: nil)
        $0.answers = [
          MessageBuilder.Record(
            name: try .parse("printer.local"), type: .a, class: RecordClass(rawValue: 0x8001), ttl: 120,
            rdata: .a(0xC0A8_2C09))
        ]
      },
    ]
  }
}

// MARK: Not lookups

extension Fixture {
  fileprivate static func update() throws -> (String, StoredExchange) {
    try example("an update") {
      $0.time = 30_000_000_000
      $0.name = "example.com"
      $0.type = .soa
      $0.queryFlags = 0x2800
      $0.flags = 0xA800
      $0.queryAnswers = [
        MessageBuilder.Record(
          name: try .parse("old.Example.com"), type: .a, class: .any, ttl: 0, rdata: .octets([]))
      ]
      $0.queryAuthority = [try .record("new.example.com", .a, .a(0xC000_0203))]
      $0.queryAdditional = [try .record("key.example.com", .txt, .txt(["signed"]), ttl: 0)]
    }
  }

  fileprivate static func multicastQuestion() throws -> (String, StoredExchange) {
    try example("a multicast question") {
      $0.outcome = .unanswered
      $0.time = 31_000_000_000
      $0.id = 0
      $0.name = "printer.local"
      $0.class = RecordClass(rawValue: 0x8001)
      $0.client = Endpoint("192.168.44.3", 5353)
      $0.server = Endpoint("224.0.0.251", 5353)
      $0.queryFlags = 0
    }
  }

  fileprivate static func legacyQuestion() throws -> (String, StoredExchange) {
    try example("a legacy multicast question") {
      $0.outcome = .unanswered
      $0.time = 34_000_000_000
      $0.name = "printer.local"
      $0.server = Endpoint("224.0.0.251", 5353)
    }
  }
}
