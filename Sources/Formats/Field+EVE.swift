// The list of the fields of an EVE record.
extension Field {
  /// Every field of an EVE record, in the order in which they are written.
  static let eve: [Field] = eveFlow + eveMessage + process + eveExchange

  private static let eveFlow: [Field] = [
    Field("timestamp", "date", "when the message passed, in UTC, with microseconds"),
    Field("flow_id", "long", "the same for both directions of a flow: the first 51 bits of the flow's hash"),
    Field("in_iface", "keyword", "the interface that the message passed"),
    Field("event_type", "keyword", "always `dns`"),
    Field("src_ip", "ip", "who sent the message"),
    Field("src_port", "long", "its port"),
    Field("dest_ip", "ip", "who it was sent to"),
    Field("dest_port", "long", "its port"),
    Field("proto", "keyword", "`UDP`, `TCP` or `UDPLite`"),
    Field("ip_v", "long", "4 or 6"),
    Field("community_id", "keyword", "the flow hash of Zeek, Suricata and Elastic, version 1"),
    Field("host", "keyword", "the host's name, where Suricata has its sensor's"),
  ]

  private static let eveMessage: [Field] = [
    Field("dns.version", "long", "always 3"),
    Field("dns.type", "keyword", "`request` or `response`"),
    Field("dns.id", "long", "the message id"),
    Field("dns.flags", "keyword", "the second 16 bits of the header, hexadecimal"),
    Field("dns.qr", "boolean", "a response; absent if not"),
    Field("dns.aa", "boolean", "from a server of the zone; absent if not"),
    Field("dns.tc", "boolean", "cut, since it did not fit; absent if not"),
    Field("dns.rd", "boolean", "recursion is wanted; absent if not"),
    Field("dns.ra", "boolean", "recursion is offered; absent if not"),
    Field("dns.z", "boolean", "the reserved bit; absent if not"),
    Field("dns.opcode", "long", "the number of the kind of query"),
    Field("dns.rcode", "keyword", "`NOERROR`, `NXDOMAIN`, …, extended codes too"),
    Field("dns.queries", "object[]", "rrname and rrtype of each question"),
    Field("dns.answers", "object[]", "rrname, rrtype, ttl (seconds) and rdata of each answer record"),
    Field("dns.authorities", "object[]", "the same of the authority section"),
    Field("dns.additionals", "object[]", "the same of the additional section without OPT"),
    Field("dns.grouped", "object", "the answers' rdata by type: `A`, `AAAA`, …"),
  ]

  /// What an exchange adds to its messages, under our own name.
  private static let eveExchange: [Field] = {
    let native: Set<String> = [
      "querent.question.raw", "querent.question.unicode", "querent.authority", "querent.additional",
    ]
    return [
      Field("querent.outcome", "keyword", "how the exchange ended, unless it was answered")
    ] + querent.filter { !native.contains($0.name) }
  }()
}
