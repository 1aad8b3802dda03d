import DNSWire
import Foundation
import Lab
import Testing

@testable import HistoryAPI

@Suite struct CountsTests {
  private typealias Entry = StoredHistory.Entry

  private static let hour = "since=2026-11-28T21:00:00Z&until=2026-11-28T22:00:00Z"

  @Test func `buckets hold the exchanges of their time, and those that failed`() throws {
    let history = try StoredHistory([
      Entry(), Entry(time: StoredHistory.start + 1, code: .serverFailure),
      Entry(time: StoredHistory.start + 1_800_000_000_000, isAnswered: false),
    ])
    let series = try history.get("series", Self.hour + "&buckets=6")
    #expect(series["buckets"] as? [[Int]] == [[2, 1], [0, 0], [0, 0], [1, 1], [0, 0], [0, 0]])
    #expect(series["bucket_ns"] as? Int == 600_000_000_000)
    #expect(series["partial"] as? Bool == false)
  }

  @Test func `the overview ranks, and names what is new`() throws {
    let history = try StoredHistory([
      Entry(name: "a.test"), Entry(name: "a.test", process: "dig"), Entry(name: "b.test", code: .nameError),
    ])
    let overview = try history.get("overview", Self.hour)
    func first(_ name: String, _ key: String) -> String? {
      (overview[name] as? [[String: Any]])?.first?[key] as? String
    }
    #expect(first("names", "name") == "a.test")
    #expect(first("processes", "process") == "curl")
    #expect(first("processes", "executable") == "/usr/bin/curl")
    #expect(first("servers", "address") == "127.0.0.53")
    #expect(first("codes", "code") == "NOERROR")
    #expect(first("new_names", "name") == "b.test")
    let total = try #require(overview["total"] as? [String: Any])
    #expect(total["count"] as? Int == 3 && total["failed"] as? Int == 1 && total["unanswered"] as? Int == 0)
    let latency = try #require(total["latency_ns"] as? [String: Int])
    #expect(latency["max"] == 1_000_000)
  }

  @Test func `health has the traces, the methods and the ledger of the metrics`() throws {
    let metrics = """
      # HELP querent_packets_seen_total Packets that passed the tap.
      # TYPE querent_packets_seen_total counter
      querent_packets_seen_total 90
      querent_packets_recognised_total 12
      querent_packets_total{result="message-completing"} 10
      querent_packets_total{result="ring-full"} 1
      querent_packets_continuing 1
      querent_messages_received_total 10
      querent_messages_total{result="published"} 9
      querent_output_messages_received_total{output="history"} 9
      querent_output_messages_total{output="history",result="written"} 8
      querent_output_messages_queued{output="history"} 1
      querent_build_info{version="1.2.3",tier="cgroup",tap="a \\"b\\" \\\\ c"} 1
      querent_dns_lookup_duration_seconds_sum{process="x"} 0.5
      broken{

      """
    let history = try StoredHistory([Entry()], metrics: metrics)
    let health = try history.get("health", "last=9999d")
    #expect((health["methods"] as? [[String: Any]])?.first?["method"] as? String == "sender")
    let trace = try #require((health["traces"] as? [[String: Any]])?.first)
    #expect(
      trace["host"] as? String == "here" && trace["tier"] as? String == "cgroup"
        && trace["exchanges"] as? Int == 1)
    let ledger = try #require(health["ledger"] as? [String: Any])
    #expect((ledger["packets"] as? [String: Any])?["difference"] as? Int == 0)
    #expect((ledger["messages"] as? [String: Any])?["difference"] as? Int == 1)
    let output = try #require((ledger["outputs"] as? [[String: Any]])?.first?["received"] as? [String: Any])
    #expect(output["difference"] as? Int == 0)
    #expect(ledger["tap"] as? String == "a \"b\" \\ c")
    let times = try [health["now"], ledger["written"]].map { text in
      try Date(String(#require(text as? String).prefix(19)) + "Z", strategy: .iso8601)
    }
    #expect((0...60).contains(times[0].timeIntervalSince(times[1])))
    #expect(try StoredHistory([]).get("health")["ledger"] == nil)
  }
}

@Suite struct LiveFeedTests {
  private typealias Entry = StoredHistory.Entry

  /// The data of an event that must be `exchanges`.
  private func exchanges(_ event: [UInt8]) throws -> [String: Any] {
    let text = String(decoding: event, as: UTF8.self)
    let data = try #require(text.firstMatch(of: /^event: exchanges\ndata: (.*)\n\n$/)?.1, "\(text)")
    return try #require(JSONSerialization.jsonObject(with: Data(data.utf8)) as? [String: Any])
  }

  @Test func `a feed begins at the end, and says each time that nothing came`() throws {
    let history = try StoredHistory([Entry()])
    var feed = try LiveFeed(history.api, query: "")
    for _ in 0..<2 {
      let event = try exchanges(feed.next())
      #expect(event["count"] as? Int == 0 && (event["exchanges"] as? [Any])?.isEmpty == true)
      #expect(event["now"] as? String != nil && event["metrics_written"] == nil)
    }
  }

  @Test func `a feed says when the trace has written its metrics`() throws {
    let history = try StoredHistory([Entry()], metrics: "querent_packets_seen_total 90\n")
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1_795_900_000)],
      ofItemAtPath: history.folder.path("metrics.prom"))
    var feed = try LiveFeed(history.api, query: "")
    #expect(try exchanges(feed.next())["metrics_written"] as? String == "2026-11-28T21:06:40.000000000Z")
  }

  @Test func `a feed with a filter that can't be is refused`() throws {
    let history = try StoredHistory([Entry()])
    #expect(throws: APIProblem.self) { _ = try LiveFeed(history.api, query: "last=1h") }
  }
}

@Suite struct ExportTests {
  private typealias Entry = StoredHistory.Entry

  private func export(_ history: StoredHistory, _ query: String) throws -> [UInt8] {
    var octets: [UInt8] = []
    try HistoryExport(history.api, query: query).run { piece in
      octets += piece
      return true
    }
    return octets
  }

  @Test func `JSON and CSV have a line for each exchange that the filter takes`() throws {
    let history = try StoredHistory([
      Entry(name: "a.test"), Entry(name: "b.test"), Entry(name: "c.example.com"),
    ])
    let json = String(decoding: try export(history, "format=json&name=*.test"), as: UTF8.self).split(
      separator: "\n")
    #expect(json.count == 2)
    #expect(try JSONSerialization.jsonObject(with: Data(json[0].utf8)) is [String: Any])
    let csv = String(decoding: try export(history, "format=csv"), as: UTF8.self)
    #expect(csv.split(separator: "\r\n").count == 4)
    #expect(
      csv.contains(
        "\r\n2026-11-28T21:06:40.000000000Z,curl,42,/usr/bin/curl,ann,,a.test,A,answered,NOERROR,A 203.0.113.7,1.000,"
      ))
  }

  @Test func `pcapng has the packets of all messages`() throws {
    let octets = try export(StoredHistory([Entry(), Entry(isAnswered: false)]), "format=pcapng")
    #expect(octets.starts(with: [0x0a, 0x0d, 0x0d, 0x0a]))
    // Enhanced packet blocks.
    var (place, packets) = (0, 0)
    while place + 8 <= octets.count {
      let length = Int(octets[place + 4]) | Int(octets[place + 5]) << 8 | Int(octets[place + 6]) << 16
      if octets[place] == 6 { packets += 1 }
      guard length > 0 else { break }
      place += length
    }
    #expect(packets == 3 && place == octets.count)
  }

  @Test func `an export ends when its reader has gone`() throws {
    let history = try StoredHistory((0..<400).map { Entry(name: "n\($0).test") })
    var pieces = 0
    try HistoryExport(history.api, query: "format=json").run { _ in
      pieces += 1
      return false
    }
    #expect(pieces == 1)
  }

  @Test(arguments: [
    ("=1+2", "'=1+2"), ("+a", "'+a"), ("-a", "'-a"), ("@a", "'@a"), ("\ta", "'\ta"), ("a,b", "\"a,b\""),
    ("a\"b", "\"a\"\"b\""),
    ("a\r\nb", "\"a\r\nb\""), ("=a,b", "\"'=a,b\""), ("", ""),
  ])
  func `a value of CSV is no formula and no other line`(_ value: String, _ field: String) {
    #expect(CSVFormat.field(value) == field)
  }
}
