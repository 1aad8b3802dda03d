import Bytes
import Correlation
import Formats
import StrictJSON
import Testing
import TraceModel

/// A lookup of several exchanges in each format.
struct LookupFormatTests {
  let lookup: FixtureRecord

  init() throws { lookup = try Fixture.lookup() }

  private func text(_ format: some Formats.Encoder) -> [String] {
    var format = format
    var output: [UInt8] = []
    format.encode(lookup, to: &output)
    return String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test func `the table has one line with the name that was found, both types and all addresses`() throws {
    let lines = text(TableFormat(host: Fixture.host, width: 132, style: .plain, unit: .lookups))
    #expect(lines.count == 1)
    let words = try #require(lines.first).split(separator: " ").map(String.init)
    #expect(
      words.dropFirst().prefix(6) == [
        "dig", "10738", "db.example.com", "A+AAAA", "192.0.2.9,", "2001:db8::9",
      ])
    #expect(words.contains("4.10ms"), "from the first query to the last answer")
  }

  @Test func `JSON has one record with all answers, the total time, and each exchange`() throws {
    let lines = text(JSONFormat(host: Fixture.host))
    #expect(lines.count == 1)
    let leaves = try StrictJSON.parse(Array(try #require(lines.first).utf8)[...]).value.leaves
    #expect(leaves["event.action"] == "dns-lookup")
    #expect(leaves["event.duration"] == 4_100_000)
    #expect(leaves["dns.question.name"] == "db.example.com")
    #expect(leaves["dns.resolved_ip"] == ["192.0.2.9", "2001:db8::9"])
    #expect(
      leaves["dns.answers"] == [
        ["name": "db.example.com", "type": "A", "class": "IN", "ttl": 300, "data": "192.0.2.9"],
        ["name": "db.example.com", "type": "AAAA", "class": "IN", "ttl": 300, "data": "2001:db8::9"],
      ])
    let server: StrictJSON.Value = ["ip": "192.168.44.1", "port": 53]
    #expect(
      leaves["querent.lookup"] == [
        [
          "question": ["name": "db.eu.example.com", "type": "A"], "server": server, "duration": 1_000_000,
          "response_code": "NXDOMAIN",
        ],
        [
          "question": ["name": "db.eu.example.com", "type": "AAAA"], "server": server, "duration": 1_000_000,
          "response_code": "NXDOMAIN",
        ],
        [
          "question": ["name": "db.example.com", "type": "A"], "server": server, "duration": 1_000_000,
          "response_code": "NOERROR",
        ],
        [
          "question": ["name": "db.example.com", "type": "AAAA"], "server": server, "duration": 2_000_000,
          "response_code": "NOERROR",
        ],
      ])
  }

  @Test func `keyvalue has the lines of each exchange, with the lookup's number`() {
    let lines = text(KeyValueFormat(host: Fixture.host))
    #expect(lines.count == 8)
    #expect(lines.allSatisfy { $0.contains(" DNS_LOOKUP=7") })
    #expect(lines.filter { $0.contains("DNS_DATA=") }.count == 2)
  }

  @Test func `EVE has the records of each exchange`() {
    #expect(text(EVEFormat(host: Fixture.host)).count == 8)
  }
}
