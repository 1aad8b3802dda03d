import TraceModel
import Correlation
import DNSWire
import Testing

struct FilterTests {
  /// Exchanges for the filters: each differs from the first in one property.
  enum Sample: String, CaseIterable {
    case plain, other, failed, unanswered, slow, pending, unknown, unsolicited, contained

    func exchange() throws -> StoredExchange {
      let query = Packet()
      var bench = Bench()
      switch self {
      case .plain, .contained: try bench.push(query, query.answer())
      case .other:
        let query = query.changed {
          $0.name = "mail.example.net"
          $0.type = .mx
          $0.server = Endpoint("2001:db8::53", 53)
          $0.pid = 77
        }
        try bench.push(query, query.answer())
      case .failed: try bench.push(query, query.answer(code: .nameError))
      case .unanswered:
        try bench.push(query)
        bench.advance(to: 5000)
      case .slow: try bench.push(query, query.answer(after: 100))
      case .pending:
        try bench.push(query)
        bench.finish()
      case .unknown:
        let query = query.changed { $0.pid = nil }
        try bench.push(query, query.answer())
      case .unsolicited: try bench.push(query.answer())
      }
      let exchange = try #require(bench.exchanges.last)
      var owner = exchange.attribution.owner
      owner?.name = self == .other ? "systemd-resolve" : "dig"
      owner?.credentials.uid = self == .other ? 990 : 1000
      let attribution = Attribution(
        owner: owner,
        details: ProcessDetails(
          executable: self == .other ? "/usr/lib/systemd/systemd-resolved" : "/usr/bin/dig",
          container: self == .contained
            ? Container(
              id: "0123456789abcdef", runtime: "docker",
              Container.Metadata(name: "web-1", image: "nginx", pod: "shop-0", namespace: "prod")) : nil),
        method: exchange.attribution.method)
      return StoredExchange(
        query: exchange.query, answer: exchange.answer, outcome: exchange.outcome, role: exchange.role,
        attribution: attribution, messageCount: exchange.messageCount)
    }
  }

  struct Row: CustomTestStringConvertible, Sendable {
    let name: String
    let filter: Filter
    let kept: Set<Sample>

    init(_ name: String, _ kept: Set<Sample>, _ change: (inout Filter) -> Void) {
      self.name = name
      self.kept = kept
      var filter = Filter()
      change(&filter)
      self.filter = filter
    }

    var testDescription: String { name }
  }

  private static let all = Set(Sample.allCases)
  private static let named = all.subtracting([.unknown])
  private static let answered = all.subtracting([.unanswered, .pending])

  static let rows = [
    Row("nothing asked", all) { _ in },
    Row("--process dig", named.subtracting([.other])) { $0.processes = [Glob("dig")] },
    Row("--process d*", named.subtracting([.other])) { $0.processes = [Glob("d*")] },
    Row("--process /usr/bin/*", named.subtracting([.other])) { $0.processes = [Glob("/usr/bin/*")] },
    // The kernel keeps 15 octets of a name; a pattern may be longer.
    Row("--process systemd-resolved", [.other]) { $0.processes = [Glob("systemd-resolved")] },
    Row("--process curl", []) { $0.processes = [Glob("curl")] },
    Row("--process curl --process systemd-*", [.other]) { $0.processes = [Glob("curl"), Glob("systemd-*")] },
    Row("--pid 77", [.other]) { $0.pids = [77] },
    Row("--pid 42 --pid 77", named) { $0.pids = [42, 77] },
    Row("--user 990", [.other]) { $0.users = [990] },
    Row("--container 0123", [.contained]) { $0.containers = ["0123"] },
    Row("--container 123", []) { $0.containers = ["123"] },
    Row("--container 'web-*'", [.contained]) { $0.containers = ["web-*"] },
    Row("--container web", []) { $0.containers = ["web"] },
    Row("--pod shop-0", [.contained]) { $0.pods = [Glob("shop-0")] },
    Row("--pod shop-1", []) { $0.pods = [Glob("shop-1")] },
    Row("--namespace 'pr*'", [.contained]) { $0.namespaces = [Glob("pr*")] },
    Row("--namespace test", []) { $0.namespaces = [Glob("test")] },
    Row("--name *.example.com", all.subtracting([.other])) {
      $0.names = [NamePattern("*.example.com")].compactMap(\.self)
    },
    Row("--type MX", [.other]) { $0.types = [.mx] },
    Row("--type A --type MX", all) { $0.types = [.a, .mx] },
    Row("--rcode NXDOMAIN", [.failed]) { $0.codes = [.nameError] },
    Row("--rcode NOERROR", answered.subtracting([.failed])) { $0.codes = [.noError] },
    Row("--server 2001:db8::53", [.other]) {
      $0.servers = [IPAddress("2001:db8::53")].compactMap(\.self).reduce(into: []) { $0.insert($1) }
    },
    Row("--slow 100ms", [.slow, .unanswered]) { $0.slow = 100_000_000 },
    Row("--slow 101ms", [.unanswered]) { $0.slow = 101_000_000 },
    Row("--unanswered", [.unanswered]) { $0.unanswered = true },
    Row("--failed", [.unanswered, .failed]) { $0.failed = true },
    Row("--failed --unanswered", [.unanswered]) {
      $0.failed = true
      $0.unanswered = true
    },
    Row("--pid 42 --type MX", []) {
      $0.pids = [42]
      $0.types = [.mx]
    },
  ]

  @Test(arguments: rows) func `conditions of one kind are alternatives, and all kinds must match`(row: Row)
    throws
  {
    for sample in Sample.allCases {
      let exchange = try sample.exchange()
      #expect(row.filter.matches(exchange.view) == row.kept.contains(sample), "\(sample)")
    }
  }

  @Test(
    arguments: [
      ([], [], false, false), (["unanswered"], [], false, true), (["failed"], [], false, false),
      (["slow"], [], false, true), (["unanswered"], [.nameError], true, true),
      (["failed"], [.noError], true, true), (["failed"], [.noError, .refused], false, false),
      (["failed", "unanswered"], [], false, true),
    ] as [(Set<String>, Set<ResponseCode>, Bool, Bool)])
  func `conditions that can match nothing together are reported`(
    options: Set<String>, codes: Set<ResponseCode>, ofExchanges: Bool, ofMessages: Bool
  ) {
    var filter = Filter()
    filter.unanswered = options.contains("unanswered")
    filter.failed = options.contains("failed")
    filter.slow = options.contains("slow") ? 1 : nil
    filter.codes = codes
    #expect((filter.contradiction(showing: .exchanges) != nil) == ofExchanges)
    #expect((filter.contradiction(showing: .messages) != nil) == ofMessages)
  }
}
