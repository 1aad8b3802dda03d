import DNSWire
import Foundation
import Testing

@testable import HistoryAPI

@Suite struct ExchangesTests {
  private typealias Entry = StoredHistory.Entry

  private static func second(_ number: Int64) -> Int64 { StoredHistory.start + number * 1_000_000_000 }

  @Test func `pages are newest first, and each exchange is on one of them`() throws {
    // The last ones are in the next day's file.
    let history = try StoredHistory(
      (0..<50).map { Entry(name: "n\($0).example.com", time: Self.second(Int64($0) * 300)) })
    var names: [String] = []
    var cursor = ""
    repeat {
      let page = try history.get("exchanges", "limit=7" + cursor)
      names += StoredHistory.names(page)
      cursor = (page["next"] as? String).map { "&before=\($0)" } ?? ""
    } while !cursor.isEmpty
    #expect(names == (0..<50).reversed().map { "n\($0).example.com" })
  }

  @Test(arguments: [
    ("name=a.example.com", ["a.example.com"]), ("name=*.example.com&process=dig", ["b.example.com"]),
    ("process=dig&process=curl", ["c.test", "b.example.com", "a.example.com"]),
    ("rcode=NXDOMAIN", ["c.test"]),
    ("failed=true", ["d.test", "c.test"]), ("unanswered=true", ["d.test"]),
    ("told=203.0.113.8", ["b.example.com"]),
    ("pid=44", ["c.test"]), ("server=127.0.0.54", []), ("type=AAAA", []), ("slow=1s", ["d.test"]),
    ("slow=5ms", ["d.test", "b.example.com"]), ("user=1000&name=*.test", ["d.test", "c.test"]),
    ("since=2026-11-28T21:06:41Z&until=2026-11-28T21:06:42Z", ["c.test", "b.example.com"]),
    ("told=203.0.113.7&name=*.test", []),
  ])
  func `a filter finds what it names`(_ query: String, _ names: [String]) throws {
    let history = try StoredHistory([
      Entry(name: "a.example.com"),
      Entry(
        name: "b.example.com", time: Self.second(1), address: 0xcb00_7108, process: "dig", pid: 43,
        latency: 9_000_000),
      Entry(name: "c.test", time: Self.second(2), code: .nameError, pid: 44),
      Entry(name: "d.test", time: Self.second(3), isAnswered: false, process: "wget", pid: 45),
    ])
    #expect(try history.names(query) == names)
    // The chart and the overview count the same ones.
    let range =
      query.contains("since") ? query : query + "&since=2026-11-28T00:00:00Z&until=2026-11-29T23:00:00Z"
    let total = try history.get("overview", range)["total"] as? [String: Any]
    #expect(total?["count"] as? Int == names.count)
  }

  @Test(arguments: [
    "limit=0", "limit=501", "limit=1&limit=2", "limit=%31x", "before=2026-11-29", "before=2026-11-29.0",
    "name=", "name=a..b",
    "type=NOTHING", "rcode=NOTHING", "server=here", "told=1.2.3", "slow=5", "slow=-1s", "failed=yes",
    "since=yesterday",
    "since=2026-11-29T24:00:00Z", "since=2026-02-30T00:00:00Z", "last=1h&since=2026-11-29T00:00:00Z",
    "since=2026-11-29T00:00:00Z&until=2026-11-28T00:00:00Z", "pid=0", "pid=x", "nothing=1", "name=%zz",
    "name=%ff", "name=%00",
    "unanswered=true&rcode=NXDOMAIN", "user=nobody-of-that-name", "last=99999999999999999d",
  ])
  func `what can't be is refused with what to do`(_ query: String) throws {
    let reply = try StoredHistory([]).reply("exchanges", query)
    #expect(reply.status == 400)
    #expect(reply.mediaType == "application/problem+json")
  }

  @Test func `an exchange has its octets and where the fields are`() throws {
    let history = try StoredHistory([Entry()])
    let found = try history.get("exchanges")["exchanges"] as? [[String: Any]] ?? []
    let id = try #require(found.first?["id"] as? String)
    #expect(id == "2026-11-28.1")
    let wire = try #require(try history.get("exchanges/\(id)")["wire"] as? [String: [String: Any]])
    let answer = try #require(wire["answer"])
    let octets = try #require(answer["octets"] as? String)
    let fields = try #require(answer["fields"] as? [[String: Any]])
    // The fields cover the message without gaps.
    var next = 0
    for field in fields {
      #expect(field["offset"] as? Int == next)
      next += field["length"] as? Int ?? 0
    }
    #expect(next == octets.count / 2)
    #expect(fields.last?["value"] as? String == "203.0.113.7")
    #expect(octets.hasSuffix("cb007107"))
    for missing in ["2026-11-28.2", "2026-11-27.1", "x", "2026-11-28.01"] {
      #expect(history.api.reply(to: .exchange(missing), query: "").status == 404)
    }
    #expect(Route("/api/v1/exchanges/%zz") == nil)
  }

  @Test func `a history that is missing is said to be, and is no crash`() throws {
    let api = HistoryAPI(history: "/nonexistent", metricsFile: nil, version: "test")
    #expect(api.reply(to: .exchanges, query: "").status == 503)
    #expect(api.problem?.status == 503)
    let empty = try StoredHistory([])
    #expect(withExtendedLifetime(empty) { empty.api.problem } == nil)
  }
}
