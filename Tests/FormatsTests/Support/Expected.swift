import StrictJSON

/// The expected JSON of the fixture, written by hand.
enum Expected {
  private static let common: [String: StrictJSON.Value] = [
    "ecs.version": "8.17.0", "event.kind": "event", "event.category": ["network"], "event.type": ["protocol"],
    "event.action": "dns-exchange", "event.dataset": "querent.dns", "dns.type": "answer", "dns.id": "4660",
    "dns.op_code": "QUERY", "dns.question.class": "IN", "network.transport": "udp", "network.type": "ipv4",
    "network.protocol": "dns", "network.direction": "egress", "source.ip": "192.168.44.3",
    "source.port": 57915,
    "destination.ip": "192.168.44.1", "destination.port": 53,
    "network.community_id": "1:7rME8v4MyqViFI9vi0JnvTCPE/o=",
    "observer.egress.interface.name": "ens18", "observer.ingress.interface.name": "ens18",
    "host.name": "workstation", "host.id": "0123456789abcdef0123456789abcdef",
    "host.boot.id": "6f1c2a34-5b6d-4e7f-8a90-b1c2d3e4f506", "querent.schema": 1,
    "querent.attribution.method": "sender", "querent.attribution.tier": "trampoline",
    "querent.recognised_by": "port", "querent.role": "client", "querent.netns": 4_026_531_840,
    "event.duration": 12_345_678,
  ]

  static let chainOfAliases = common.merging([
    "@timestamp": "2026-11-22T10:03:33.123456789Z", "event.sequence": 1, "event.outcome": "success",
    "event.start": "2026-11-22T10:03:33.123456789Z", "event.end": "2026-11-22T10:03:33.135802467Z",
    "dns.response_code": "NOERROR", "dns.header_flags": ["RD", "RA"],
    "dns.question.name": "www.example.com", "dns.question.type": "A",
    "dns.answers": [
      ["name": "www.example.com", "type": "CNAME", "class": "IN", "ttl": 300, "data": "edge.example.net."],
      ["name": "edge.example.net", "type": "CNAME", "class": "IN", "ttl": 60, "data": "e7.example.net."],
      ["name": "e7.example.net", "type": "A", "class": "IN", "ttl": 20, "data": "192.0.2.1"],
      ["name": "e7.example.net", "type": "A", "class": "IN", "ttl": 20, "data": "192.0.2.2"],
    ],
    "dns.resolved_ip": ["192.0.2.1", "192.0.2.2"],
    // Header 12, question 21, OPT 11; the answer's records have 30, 44, 19 and 16.
    "source.bytes": 44, "destination.bytes": 142, "network.bytes": 186,
    "process.pid": 4711, "process.entity_id": "ed1c50fbb010e508ff6871a2", "process.name": "firefox",
    "process.executable": "/usr/lib/firefox/firefox", "process.args": ["firefox", "--new-window", ""],
    "process.start": "2026-11-21T22:28:10.123456789Z", "process.working_directory": "/home/ana",
    "process.thread.id": 4712, "process.thread.name": "DNS Res~ver #3", "process.user.id": "1000",
    "process.user.name": "ana", "process.group.id": "100", "process.group.name": "users",
    "process.parent.pid": 900, "process.parent.name": "systemd",
    "process.parent.executable": "/usr/lib/systemd/systemd",
    "related.ip": ["192.168.44.3", "192.168.44.1", "192.0.2.1", "192.0.2.2"],
    "related.hosts": ["www.example.com"], "related.user": ["ana"],
    "querent.cgroup": "/user.slice/user-1000.slice/user@1000.service/app.slice/firefox.scope",
    "querent.question.raw": "WWW.Example.com", "querent.edns.version": 0, "querent.edns.udp_size": 1232,
    "querent.edns.do": false,
  ]) { $1 }

  static let noSuchName = common.merging([
    "@timestamp": "2026-11-22T10:03:35.123456789Z", "event.sequence": 3, "event.outcome": "failure",
    "event.reason": "nxdomain", "event.start": "2026-11-22T10:03:35.123456789Z",
    "event.end": "2026-11-22T10:03:35.135802467Z", "dns.response_code": "NXDOMAIN",
    "dns.header_flags": ["RD", "RA", "DO"], "dns.question.name": "ads.example.org", "dns.question.type": "A",
    "source.bytes": 33, "destination.bytes": 189, "network.bytes": 222,
    "process.pid": 10738, "process.entity_id": "3071969256c020122722e44d", "process.name": "dig",
    "process.executable": "/usr/bin/dig", "process.start": "2026-11-21T22:28:10.123456789Z",
    "process.thread.id": 10738, "process.thread.name": "dig", "process.user.id": "1000",
    "process.user.name": "ana", "process.group.id": "100", "process.group.name": "users",
    "process.parent.pid": 900, "related.ip": ["192.168.44.3", "192.168.44.1"],
    "related.hosts": ["ads.example.org"], "related.user": ["ana"], "querent.edns.version": 0,
    "querent.edns.udp_size": 4096, "querent.edns.do": true,
    "querent.edns.client_subnet": "198.51.100.0/24/16",
    "querent.edns.cookie": "01020304050607089192939495969798",
    "querent.edns.options": [
      #"EDE=15 "Blocked" "ads are blocked""#, "ECS=198.51.100.0/24/16",
      "COOKIE=01020304050607089192939495969798",
    ],
    "querent.extended_error.code": 15, "querent.extended_error.name": "Blocked",
    "querent.extended_error.text": "ads are blocked",
    "querent.authority": [
      "example.org. 300 IN SOA ns1.example.org. hostmaster.example.org. 2026112201 7200 3600 1209600 300"
    ],
    "querent.additional": ["ns1.example.org. 300 IN A 192.0.2.53"],
  ]) { $1 }

  /// The expected fields of each special case, and the keys that it must not have.
  static let parts: [(example: String, has: [String: StrictJSON.Value], lacks: [String])] = [
    (
      "AAAA over TCP",
      [
        "network.transport": "tcp", "network.type": "ipv6", "source.ip": "2001:db8::3",
        "destination.ip": "2001:db8::53", "dns.resolved_ip": ["2001:db8::80"], "dns.question.type": "AAAA",
        "dns.header_flags": ["RD", "RA", "AD"], "querent.transport.reassembled": true,
        "event.duration": 834_000,
        "querent.attribution.method": "owner",
      ], ["querent.transport.truncated", "querent.transport.retries", "querent.edns.version", "process.args"]
    ),
    (
      "mail exchange",
      [
        "dns.question.type": "MX",
        "dns.answers": [
          ["name": "example.com", "type": "MX", "class": "IN", "ttl": 300, "data": "10 mx1.example.com."],
          ["name": "example.com", "type": "MX", "class": "IN", "ttl": 300, "data": "20 mx2.example.com."],
        ],
      ], ["dns.resolved_ip", "querent.question.raw"]
    ),
    (
      "HTTPS",
      [
        "dns.answers": [
          [
            "name": "www.example.com", "type": "HTTPS", "class": "IN", "ttl": 300,
            "data": #"1 . alpn="h3,h2" ipv4hint="192.0.2.1""#,
          ]
        ]
      ], []
    ),
    (
      "in a container",
      [
        "container.id": "9f2b0c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f809",
        "container.runtime": "docker", "process.name": "node", "process.working_directory": "/app",
      ], []
    ),
    (
      "a local server answered",
      [
        "process.pid": 10738, "querent.role": "client", "querent.answered_by.process.pid": 611,
        "querent.answered_by.process.name": "dnsmasq",
        "querent.answered_by.process.executable": "/usr/sbin/dnsmasq",
        "querent.answered_by.process.user.name": "dnsmasq", "observer.egress.interface.name": "lo",
      ], []
    ),
    (
      "another host asked",
      [
        "querent.role": "server", "network.direction": "ingress", "source.ip": "198.51.100.77",
        "process.name": "dnsmasq", "querent.attribution.method": "paired",
        "observer.ingress.interface.name": "ens18",
      ], ["observer.egress.interface.name", "querent.answered_by.process.pid"]
    ),
    (
      "unanswered",
      [
        "dns.type": "query", "event.outcome": "failure", "event.reason": "timeout",
        "querent.transport.retries": 2, "destination.ip": "192.168.44.1", "dns.header_flags": ["RD"],
      ], ["event.end", "event.duration", "dns.response_code", "destination.bytes"]
    ),
    (
      "late",
      [
        "dns.type": "answer", "event.outcome": "success", "event.reason": "late",
        "event.duration": 6_200_000_000,
      ], []
    ),
    ("repeated", ["event.reason": "repeated", "querent.transport.retries": 1], []),
    (
      "unsolicited",
      [
        "dns.type": "answer", "event.reason": "unsolicited", "@timestamp": "2026-11-22T10:03:46.135802467Z",
        "event.end": "2026-11-22T10:03:46.135802467Z",
        "source.ip": "192.168.44.3",
      ], ["event.start", "source.bytes", "event.duration"]
    ),
    (
      "pending",
      ["dns.type": "query", "event.outcome": "unknown", "event.reason": "pending"], ["event.end"]
    ),
    (
      "process is gone",
      [
        "process.pid": 6000, "process.user.id": "1000", "querent.attribution.method": "creator",
      ],
      [
        "process.name", "process.start", "process.entity_id", "process.executable", "process.parent.pid",
        "process.user.name", "related.user", "querent.cgroup",
      ]
    ),
    (
      "nobody is known",
      [
        "querent.attribution.method": "none", "querent.attribution.reason": "socket older than querent",
        "event.reason": "refused",
      ], ["process.pid", "process.user.id", "observer.egress.interface.name"]
    ),
    (
      "hostile text",
      [
        "dns.question.name": #"a\027[31m\010b.exa\032mple\.com.\255\155x"#,
        "dns.answers": [
          [
            "name": #"\000\200.example"#, "type": "TXT", "class": "IN", "ttl": 300,
            "data": #""q\"\\ '\027[\010\000\127\255" "\194\1552J" """#,
          ],
          ["name": "it's.example", "type": "TXT", "class": "IN", "ttl": 300, "data": #""nospace'""#],
        ],
        "querent.extended_error.code": 0, "querent.extended_error.name": "Other",
        "querent.extended_error.text": "\u{1b}[\u{fffd}\u{9b}\"\n",
        "querent.edns.options": [#"EDE=0 "Other" "\027[\255\194\155\"\010""#, #"NSID="\027\194\133""#],
      ], []
    ),
    (
      "hostile process",
      [
        "process.name": "\u{1b}[31m\n '\\\u{fffd}\u{9b}\u{fffd}", "process.thread.name": "\rA\u{fffd}",
        "process.args": ["x", .string(Fixture.attack), "\"\\", ""],
        "process.executable": .string("/tmp/\(Fixture.attack)"), "process.user.name": .string(Fixture.attack),
        "process.parent.name": .string(Fixture.attack), "container.id": .string(Fixture.attack),
        "related.user": [.string(Fixture.attack)],
      ], ["container.runtime"]
    ),
    (
      "unassigned numbers",
      [
        "dns.question.name": ".", "dns.question.type": "TYPE65280", "dns.question.class": "CH",
        "dns.response_code": "RCODE3841", "event.reason": "rcode3841",
        "dns.header_flags": ["TC", "RD", "RA"],
        "querent.transport.truncated": true, "querent.recognised_by": "shape", "querent.edns.version": 1,
        "querent.extended_error.code": 49152, "querent.edns.options": ["EDE=49152", "OPT65001=ab"],
        "dns.answers": [
          ["name": ".", "type": "TYPE65280", "class": "IN", "ttl": 4_294_967_295, "data": ##"\# 3 0102ff"##]
        ],
      ], ["querent.extended_error.name", "querent.extended_error.text"]
    ),
    (
      "an announcement",
      [
        "network.protocol": "mdns", "dns.id": "0",
        "dns.resolved_ip": ["192.168.44.9"], "dns.header_flags": ["AA"],
        "dns.answers": [
          ["name": "printer.local", "type": "A", "class": "IN", "ttl": 120, "data": "192.168.44.9"]
        ],
        "querent.multicast.cache_flush": ["printer.local. A"],
      ], ["dns.question.name", "related.hosts"]
    ),
    (
      "message: query",
      [
        "event.action": "dns-message", "dns.type": "query",
      ], ["event.outcome", "event.reason", "event.end"]
    ),
    (
      "message: answer",
      [
        "event.action": "dns-message", "dns.type": "answer", "dns.response_code": "NOERROR",
      ], ["event.outcome", "event.reason", "event.start"]
    ),
    (
      "an update",
      [
        "dns.op_code": "UPDATE", "dns.question.type": "SOA",
        "querent.query.answers": [##"old.example.com. 0 ANY A \# 0"##],
        "querent.query.authority": ["new.example.com. 300 IN A 192.0.2.3"],
        "querent.query.additional": [#"key.example.com. 0 IN TXT "signed""#],
      ], ["dns.answers", "querent.authority", "querent.additional"]
    ),
    (
      "an internationalised name",
      [
        "dns.question.name": "www.xn--fiqs8s.xn--bcher-kva.example",
        "querent.question.raw": "www.XN--FIQS8S.xn--bcher-kva.example",
        "querent.question.unicode": "www.中国.bücher.example",
      ], []
    ),
    (
      "a multicast question",
      [
        "network.protocol": "mdns", "dns.question.class": "IN", "querent.multicast.unicast_response": true,
      ], ["querent.multicast.cache_flush", "querent.query.answers", "querent.multicast.legacy"]
    ),
    (
      "an answer captured in part",
      [
        "querent.transport.truncated_capture": true, "destination.bytes": 97, "network.bytes": 130,
        "dns.resolved_ip": ["192.0.2.1"],
      ], ["querent.transport.truncated"]
    ),
    (
      "a legacy multicast question",
      ["network.protocol": "mdns", "dns.id": "4660", "querent.multicast.legacy": true],
      ["querent.multicast.unicast_response"]
    ),
  ]
}
