import TraceModel
import Correlation
import DNSWire
import Foundation
import StrictJSON
import Testing

@testable import Formats

/// Suricata's EVE, version 3: one record per message.
struct EVEFormatTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  private func lines(_ record: FixtureRecord) -> [[UInt8]] {
    var output: [UInt8] = []
    var format = EVEFormat(host: Fixture.host)
    format.encode(record, to: &output)
    return output.split(separator: UInt8(ascii: "\n")).map(Array.init)
  }

  private func records(_ example: String) throws -> [[String: StrictJSON.Value]] {
    try lines(#require(fixture.record(example))).map { try StrictJSON.parse($0).value.leaves }
  }

  @Test func `the fixture's output equals the golden file`() throws {
    var output: [UInt8] = []
    var format = EVEFormat(host: Fixture.host)
    for example in fixture.examples { format.encode(example.record, to: &output) }
    try Golden.expect("exchanges.eve.json", output)
  }

  @Test func `each record is an object without duplicate keys, for any parser`() throws {
    for example in fixture.examples {
      for line in lines(example.record) {
        let (value, opened) = try StrictJSON.parse(line)
        #expect(Set(opened).count == opened.count, "\(example.name)")
        let other = try JSONSerialization.jsonObject(with: Data(line)) as? NSDictionary
        #expect(
          try #require(other) == NSDictionary(dictionary: value.foundation as? [String: Any] ?? [:]),
          "\(example.name)")
      }
    }
  }

  @Test func `a request and its response have the question and the answer, each from its sender`() throws {
    let records = try records("chain of aliases")
    #expect(records.count == 2)
    let common: [String: StrictJSON.Value] = [
      "event_type": "dns", "proto": "UDP", "ip_v": 4, "in_iface": "ens18", "host": "workstation",
      "community_id": "1:7rME8v4MyqViFI9vi0JnvTCPE/o=", "dns.version": 3, "dns.id": 4660, "dns.opcode": 0,
      "dns.rd": true, "dns.rcode": "NOERROR", "dns.queries": [["rrname": "WWW.Example.com", "rrtype": "A"]],
      "process.pid": 4711, "process.name": "firefox", "process.thread.id": 4712,
      "process.user.name": "ana", "querent.attribution.method": "sender", "querent.role": "client",
    ]
    for record in records { for (key, value) in common { #expect(record[key] == value, "\(key)") } }
    let own: [[String: StrictJSON.Value]] = [
      [
        "timestamp": "2026-11-22T10:03:33.123456+0000", "src_ip": "192.168.44.3", "src_port": 57915,
        "dest_ip": "192.168.44.1", "dest_port": 53, "dns.type": "request", "dns.flags": "100",
      ],
      [
        "timestamp": "2026-11-22T10:03:33.135802+0000", "src_ip": "192.168.44.1", "src_port": 53,
        "dest_ip": "192.168.44.3", "dest_port": 57915, "dns.type": "response", "dns.flags": "8180",
        "dns.qr": true, "dns.ra": true,
        "dns.answers": [
          ["rrname": "WWW.Example.com", "rrtype": "CNAME", "ttl": 300, "rdata": "edge.example.net"],
          ["rrname": "edge.example.net", "rrtype": "CNAME", "ttl": 60, "rdata": "e7.example.net"],
          ["rrname": "e7.example.net", "rrtype": "A", "ttl": 20, "rdata": "192.0.2.1"],
          ["rrname": "e7.example.net", "rrtype": "A", "ttl": 20, "rdata": "192.0.2.2"],
        ],
        "dns.grouped.CNAME": ["edge.example.net", "e7.example.net"],
        "dns.grouped.A": ["192.0.2.1", "192.0.2.2"],
      ],
    ]
    for (record, own) in zip(records, own) {
      for (key, value) in own { #expect(record[key] == value, "\(key)") }
    }
    for key in ["dns.answers", "dns.qr", "dns.grouped.A", "dns.tx_id"] { #expect(records[0][key] == nil) }
    #expect(records[0]["flow_id"] == records[1]["flow_id"])
    if case .number(let flow) = records[0]["flow_id"] {
      #expect(flow > 0 && flow < 1 << 51)
    } else {
      Issue.record("no flow_id")
    }
  }

  @Test(arguments: [
    ("unanswered", ["request"], "unanswered"), ("late", ["response"], "late"),
    ("repeated", ["response"], "repeated"), ("unsolicited", ["response"], "unsolicited"),
    ("pending", ["request"], "pending"), ("message: query", ["request"], nil),
    ("message: answer", ["response"], nil), ("no such name", ["request", "response"], nil),
  ])
  func `an outcome has its messages and its name:`(example: String, types: [String], outcome: String?) throws
  {
    let records = try records(example)
    #expect(records.map { $0["dns.type"] } == types.map { .string($0) })
    for record in records { #expect(record["querent.outcome"] == outcome.map { .string($0) }) }
  }

  @Test func `a repeated query is counted in the first record`() throws {
    #expect(try records("unanswered").map { $0["querent.transport.retries"] } == [2])
  }

  @Test func `sections have the objects of Suricata`() throws {
    let answer = try #require(records("no such name").last)
    #expect(answer["dns.rcode"] == "NXDOMAIN")
    #expect(
      answer["dns.authorities"] == [
        [
          "rrname": "example.org", "rrtype": "SOA", "ttl": 300,
          "soa": [
            "mname": "ns1.example.org", "rname": "hostmaster.example.org", "serial": 2_026_112_201,
            "refresh": 7200, "retry": 3600, "expire": 1_209_600, "minimum": 300,
          ],
        ]
      ])
    #expect(
      answer["dns.additionals"] == [
        ["rrname": "ns1.example.org", "rrtype": "A", "ttl": 300, "rdata": "192.0.2.53"]
      ])
    let builder = try ExchangeBuilder {
      $0.type = .srv
      $0.answers = [
        try .record(
          "a.example", .srv, .srv(priority: 1, weight: 2, port: 443, target: try .parse("b.example"))),
        try .record("a.example", .sshfp, .octets([4, 2, 0xab, 0xcd])),
      ]
    }
    let lines = lines(FixtureRecord(try builder.exchange(), sequence: 1))
    #expect(
      try StrictJSON.parse(#require(lines.last)).value.leaves["dns.answers"] == [
        [
          "rrname": "a.example", "rrtype": "SRV", "ttl": 300,
          "srv": ["target": "b.example", "priority": 1, "weight": 2, "port": 443],
        ],
        [
          "rrname": "a.example", "rrtype": "SSHFP", "ttl": 300,
          "sshfp": ["fingerprint": "ab:cd", "algo": 4, "type": 2],
        ],
      ])
    #expect(try records("mail exchange").last?["dns.grouped.MX"] == ["mx1.example.com", "mx2.example.com"])
  }

  @Test func `the process fields are those of the JSON format`() throws {
    var ours: [UInt8] = []
    var format = JSONFormat(host: Fixture.host)
    for example in fixture.examples where !example.record.exchange.isMessage {
      ours = []
      format.encode(example.record, to: &ours)
      let expected = try StrictJSON.parse(ours.dropLast()).value.leaves.filter {
        $0.key.hasPrefix("process.") || $0.key.hasPrefix("container.")
          || $0.key.hasPrefix("querent.answered_by.") || $0.key.hasPrefix("querent.attribution.")
      }
      for line in lines(example.record) {
        let leaves = try StrictJSON.parse(line).value.leaves
        for (path, value) in expected { #expect(leaves[path] == value, "\(example.name): \(path)") }
      }
    }
  }

  @Test func `every declared field occurs, and no other`() throws {
    let declared = Set(Field.eve.map(\.name))
    #expect(declared.count == Field.eve.count)
    var seen: Set<String> = []
    let reserved = ExchangeBuilder { $0.flags = 0x81c0 }
    for record in fixture.examples.map(\.record) + [FixtureRecord(try reserved.exchange(), sequence: 1)] {
      for line in lines(record) {
        let leaves = try StrictJSON.parse(line).value.leaves
        seen.formUnion(leaves.keys.map { $0.hasPrefix("dns.grouped.") ? "dns.grouped" : $0 })
      }
    }
    #expect(seen == declared)
  }
}
