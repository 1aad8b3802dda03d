// The fields of an EVE record.
extension Field {
  /// Every field of an EVE record, in the order in which they are written.
  static let eve: [Field] = eveFlow + eveMessage + process + eveExchange

  private static let eveFlow: [Field] = [
    Field("timestamp", "date", "when the message passed, in UTC, with microseconds"),
    Field("flow_id", "long", "the same for both directions of a flow: the first 51 bits of the flow's hash"),
    Field("in_iface", "keyword", "the interface that the message passed"),
    Field("event_type", "keyword", "always `dns`"),
    Field(
      "src_ip", "ip",
      "source address of the message; absent of a lookup over a unix socket, like the fields up to `community_id`"
    ),
    Field("src_port", "long", "source port"),
    Field("dest_ip", "ip", "destination address"),
    Field("dest_port", "long", "destination port"),
    Field("proto", "keyword", "`UDP`, `TCP` or `UDPLite`"),
    Field("ip_v", "long", "4 or 6"),
    Field("community_id", "keyword", "the flow hash of Zeek, Suricata and Elastic, version 1"),
    Field("host", "keyword", "the host's name (in Suricata, the sensor's name)"),
  ]

  private static let eveMessage: [Field] = [
    Field("dns.version", "long", "always 3"),
    Field("dns.type", "keyword", "`request` or `response`"),
    Field("dns.id", "long", "the message id"),
    Field("dns.flags", "keyword", "the second 16 bits of the header, hexadecimal"),
    Field("dns.qr", "boolean", "true for a response, else absent"),
    Field("dns.aa", "boolean", "true for an authoritative answer, else absent"),
    Field("dns.tc", "boolean", "true if the message is truncated, else absent"),
    Field("dns.rd", "boolean", "true if recursion is desired, else absent"),
    Field("dns.ra", "boolean", "true if recursion is available, else absent"),
    Field("dns.z", "boolean", "true if the reserved bit is set, else absent"),
    Field("dns.opcode", "long", "the opcode, as a number"),
    Field("dns.rcode", "keyword", "`NOERROR`, `NXDOMAIN`, …, extended codes too"),
    Field("dns.queries", "object[]", "rrname and rrtype of each question"),
    Field("dns.answers", "object[]", "rrname, rrtype, ttl (seconds) and rdata of each answer record"),
    Field("dns.authorities", "object[]", "the same for the authority section"),
    Field("dns.additionals", "object[]", "the same for the additional section without OPT"),
    Field("dns.grouped", "object", "the answers' rdata by type: `A`, `AAAA`, …"),
  ]

  /// The fields that describe the exchange, below `querent`.
  private static let eveExchange: [Field] = {
    let native: Set<String> = [
      "querent.question.raw", "querent.question.unicode", "querent.authority", "querent.additional",
      "querent.lookup",
    ]
    return [
      Field("querent.outcome", "keyword", "the outcome of the exchange, unless it is `answered`")
    ] + querent.filter { !native.contains($0.name) }
  }()
}
