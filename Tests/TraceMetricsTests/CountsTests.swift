import Correlation
import DNSWire
import Lab
import Testing
import TraceModel

@testable import TraceMetrics

/// What is counted of exchanges.
struct CountsTests {
  @Test func `a query counts once, whatever its exchange becomes later`() throws {
    let metrics = try MetricsCounts([
      Talk(),
      Talk {
        $0.outcome = .unanswered; $0.retries = 2
      },
      Talk {
        $0.outcome = .late; $0.retries = 2
      },
      Talk { $0.outcome = .repeated }, Talk { $0.outcome = .unsolicited }, Talk { $0.outcome = .pending },
    ]).read()
    let dig = ["process": "dig"]
    #expect(metrics.sum("querent_dns_queries_total", dig) == 3)
    #expect(metrics.sum("querent_dns_responses_total", dig) == 4)
    #expect(metrics.sum("querent_dns_unanswered_total", dig) == 1)
    #expect(metrics.sum("querent_dns_retries_total", dig) == 2)
    #expect(
      metrics.counts("querent_dns_exchanges_total", by: "outcome")
        == Dictionary(uniqueKeysWithValues: Outcome.allCases.map { ($0.rawValue, 1) }))
    // What was repeated did not keep the program waiting.
    #expect(metrics.sum("querent_dns_lookup_duration_seconds_count", dig) == 2)
  }

  @Test func `types and codes outside the lists are counted as other`() throws {
    let metrics = try MetricsCounts(
      [.https, .null, RecordType(rawValue: 65280), .dlv].map { type in Talk { $0.type = type } }
        + [.nameError, .statefulTypeNotImplemented, ResponseCode(rawValue: 15)].map { code in
          Talk { $0.code = code }
        }
    ).read()
    #expect(metrics.counts("querent_dns_queries_total", by: "qtype") == ["HTTPS": 1, "other": 3, "A": 3])
    #expect(
      metrics.counts("querent_dns_responses_total", by: "rcode") == ["NOERROR": 4, "NXDOMAIN": 1, "other": 2])
  }

  @Test func `each listed type and code has its own count`() throws {
    let types = try MetricsCounts(TypeLabels.listed.map { type in Talk { $0.type = type } }).read()
    #expect(
      types.counts("querent_dns_queries_total", by: "qtype")
        == Dictionary(uniqueKeysWithValues: TypeLabels.listed.map { ($0.mnemonic, 1) }))
    let codes = try MetricsCounts(
      CodeLabels.listed.filter { $0.rawValue < 16 }.map { code in Talk { $0.code = code } }
    ).read()
    #expect(codes.counts("querent_dns_responses_total", by: "rcode").values.allSatisfy { $0 == 1 })
    #expect(codes.counts("querent_dns_responses_total", by: "rcode").count == 11)
  }

  @Test func `what a server here was asked by other hosts is counted apart`() throws {
    let server = Talk.process("named", executable: "/usr/sbin/named", pid: 2)
    let metrics = try MetricsCounts([
      Talk {
        $0.role = .server; $0.process = server
      },
      Talk {
        $0.role = .server; $0.process = server; $0.code = .refused
      },
      Talk(),
    ]).read()
    #expect(metrics.counts("querent_dns_queries_total", by: "process") == ["dig": 1])
    #expect(metrics.counts("querent_dns_served_queries_total", by: "process") == ["named": 2])
    #expect(
      metrics.counts("querent_dns_served_responses_total", by: "rcode") == ["NOERROR": 1, "REFUSED": 1])
    #expect(metrics.counts("querent_dns_lookup_duration_seconds_count", by: "process") == ["dig": 1])
  }

  @Test func `a duration is in the first bucket whose bound it does not exceed, and in all later ones`()
    throws
  {
    for (index, bound) in DurationBuckets.bounds.enumerated() {
      for (nanoseconds, place) in [(bound.nanoseconds, index), (bound.nanoseconds + 1, index + 1)] {
        let metrics = try MetricsCounts([Talk { $0.latency = nanoseconds }]).read()
        let buckets = metrics.samples.filter { $0.name == "querent_dns_lookup_duration_seconds_bucket" }
        #expect(buckets.map(\.value) == (0..<DurationBuckets.count).map { $0 < place ? 0 : 1 })
        #expect(buckets.last?.labels["le"] == "+Inf")
        #expect(metrics.sum("querent_dns_lookup_duration_seconds_sum") == Double(nanoseconds) / 1e9)
      }
    }
  }

  @Test func `the bounds are what their texts say`() {
    for bound in DurationBuckets.bounds { #expect(Double(bound.seconds) == Double(bound.nanoseconds) / 1e9) }
    #expect(DurationBuckets.count == DurationBuckets.bounds.count + 1)
  }

  @Test func `only servers of the list have a histogram of their own`() throws {
    let (listed, other) = (try #require(IPAddress("2001:db8::53")), try #require(IPAddress("192.0.2.1")))
    let metrics = try MetricsCounts(
      [listed, listed, other].map { server in Talk { $0.server = server } }, servers: [listed, listed]
    ).read()
    #expect(
      metrics.counts("querent_dns_server_duration_seconds_count", by: "server")
        == ["2001:db8::53": 2, "other": 1])
  }

  @Test func `the labels of outcomes, methods and transports are at their places`() {
    #expect(Outcome.allCases.map(\.place) == Array(Outcome.allCases.indices))
    let methods: [AttributionMethod] = [
      .sender, .owner, .paired, .creator, .binder, .connector, .backfill, .recorded, .none(.noSocket),
    ]
    #expect(methods.map { AttributionMethod.labels[$0.place] } == methods.map(\.name))
    #expect(methods.count == AttributionMethod.labels.count)
    #expect(
      [Transport.udp, .tcp, .udpLite, .unix].map { TransportLabels.labels[TransportLabels.column($0)] }
        == ["udp", "tcp", "udplite", "unix"])
  }

  @Test func `a copy is not changed by what is counted afterwards`() throws {
    var counts = try MetricsCounts([Talk()])
    let copy = counts
    let exchange = try Talk().exchange()
    counts.count(exchange.view)
    #expect(try copy.read().sum("querent_dns_queries_total") == 1)
    #expect(try counts.read().sum("querent_dns_queries_total") == 2)
  }
}
