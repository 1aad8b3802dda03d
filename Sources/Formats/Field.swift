/// One field of the JSON output. The list of all is the schema: Documentation/Output.md is made from it, and tests hold
/// what is written against it.
package struct Field: Sendable {
  /// Dotted.
  package let name: String
  /// The type in Elastic's sense: keyword, long, ip, date, boolean, object.
  package let kind: String
  package let about: String

  init(_ name: String, _ kind: String, _ about: String) {
    self.name = name
    self.kind = kind
    self.about = about
  }

  /// Every field, in the order in which they are written.
  package static let all: [Field] = event + dns + network + process + host + related + querent
}

// MARK: What happened

extension Field {
  private static let event: [Field] = [
    Field("@timestamp", "date", "when the query was sent; of a lone answer, when it came"),
    Field("ecs.version", "keyword", "the version of the Elastic Common Schema that the names follow"),
    Field("event.kind", "keyword", "always `event`"),
    Field("event.category", "keyword[]", "always `network`"),
    Field("event.type", "keyword[]", "always `protocol`"),
    Field("event.action", "keyword", "`dns-exchange`, or `dns-message` with --messages"),
    Field("event.dataset", "keyword", "always `querent.dns`"),
    Field("event.sequence", "long", "counts the records of this run, from 1"),
    Field("event.outcome", "keyword", "`success` for NOERROR, `unknown` while it waits, else `failure`"),
    Field(
      "event.reason", "keyword",
      "`timeout`, `late`, `repeated`, `unsolicited`, `pending`, or the response code"),
    Field("event.start", "date", "when the query was first sent"),
    Field("event.end", "date", "when the answer came"),
    Field("event.duration", "long", "nanoseconds from the first sending to the answer"),
  ]

  private static let dns: [Field] = [
    Field("dns.type", "keyword", "`answer` for a pair or an answer, `query` for a query without one"),
    Field("dns.id", "keyword", "the message id, decimal"),
    Field("dns.op_code", "keyword", "`QUERY`, `NOTIFY`, `UPDATE`, …"),
    Field("dns.response_code", "keyword", "`NOERROR`, `NXDOMAIN`, …, extended codes too"),
    Field(
      "dns.header_flags", "keyword[]", "AA, TC, RD, RA, AD, CD of the answer, else of the query; DO from EDNS"
    ),
    Field("dns.question.name", "keyword", "lower case, without the final dot; the root is `.`"),
    Field("dns.question.type", "keyword", "`A`, `HTTPS`, …, `TYPE65280` for what has no name"),
    Field("dns.question.class", "keyword", "mostly `IN`"),
    Field("dns.answers", "object[]", "name, type, class, ttl (seconds) and data of each answer record"),
    Field("dns.resolved_ip", "ip[]", "every address in the answer records"),
  ]

  private static let network: [Field] = [
    Field("network.transport", "keyword", "`udp`, `tcp` or `udplite`"),
    Field("network.type", "keyword", "`ipv4` or `ipv6`"),
    Field(
      "network.protocol", "keyword",
      "`dns`, `mdns` (by the group's address, or port 5353 at both ends), `llmnr` or `netbios-ns` (by the port)"
    ),
    Field("network.direction", "keyword", "`egress` for what this host asks, `ingress` for what it is asked"),
    Field("network.bytes", "long", "octets of the DNS messages, both ways"),
    Field("network.community_id", "keyword", "the flow hash of Zeek, Suricata and Elastic, version 1"),
    Field("source.ip", "ip", "the client"),
    Field("source.port", "long", "the client's port"),
    Field("source.bytes", "long", "octets of the query"),
    Field("destination.ip", "ip", "the server"),
    Field("destination.port", "long", "the server's port"),
    Field("destination.bytes", "long", "octets of the answer"),
    Field("observer.egress.interface.name", "keyword", "where the query left"),
    Field("observer.ingress.interface.name", "keyword", "where the answer, or another host's query, came in"),
  ]
}
