/// One field of the JSON output. `Field.all` is the schema: Documentation/Output.md is generated from it, and tests compare
/// the output with it.
package struct Field: Sendable {
  /// The path from the root of the record, with dots.
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

// MARK: Event, DNS and network fields

extension Field {
  private static let event: [Field] = [
    Field("@timestamp", "date", "when the query was sent; for an answer without its query, when it arrived"),
    Field("ecs.version", "keyword", "the version of the Elastic Common Schema that the names follow"),
    Field("event.kind", "keyword", "always `event`"),
    Field("event.category", "keyword[]", "always `network`"),
    Field("event.type", "keyword[]", "always `protocol`"),
    Field(
      "event.action", "keyword", "`dns-exchange`, `dns-lookup` with --lookups, `dns-message` with --messages"),
    Field("event.dataset", "keyword", "always `querent.dns`"),
    Field("event.sequence", "long", "number of the record in this run, from 1"),
    Field("event.outcome", "keyword", "`success` for NOERROR, `unknown` for a pending query, else `failure`"),
    Field(
      "event.reason", "keyword",
      "`timeout`, `late`, `repeated`, `unsolicited`, `pending`, or the response code"),
    Field("event.start", "date", "when the query was first sent; of a lookup, its first query"),
    Field("event.end", "date", "when the answer arrived; of a lookup, its last answer"),
    Field("event.duration", "long", "nanoseconds from the first transmission of the query to the answer"),
  ]

  private static let dns: [Field] = [
    Field("dns.type", "keyword", "`answer` if there is an answer, else `query`"),
    Field("dns.id", "keyword", "the message id, decimal"),
    Field("dns.op_code", "keyword", "`QUERY`, `NOTIFY`, `UPDATE`, …"),
    Field("dns.response_code", "keyword", "`NOERROR`, `NXDOMAIN`, …, extended codes too"),
    Field(
      "dns.header_flags", "keyword[]", "AA, TC, RD, RA, AD, CD of the answer, else of the query; DO from EDNS"
    ),
    Field("dns.question.name", "keyword", "lower case, without the final dot; the root is `.`"),
    Field("dns.question.type", "keyword", "`A`, `HTTPS`, …, `TYPE65280` for a type without a mnemonic"),
    Field("dns.question.class", "keyword", "usually `IN`"),
    Field(
      "dns.answers", "object[]",
      "name, type, class, ttl (seconds; not of lookups over unix sockets) and data of each answer record"),
    Field("dns.resolved_ip", "ip[]", "every address in the answer records"),
  ]

  private static let network: [Field] = [
    Field(
      "network.transport", "keyword", "`udp`, `tcp` or `udplite`; `unix` for a lookup over a unix socket"),
    Field("network.type", "keyword", "`ipv4` or `ipv6`"),
    Field(
      "network.protocol", "keyword",
      "`dns`, `mdns` (by the group's address, or port 5353 at both ends), `llmnr` or `netbios-ns` (by the port), `varlink` or `nscd`"
    ),
    Field("network.direction", "keyword", "`egress` for a query from this host, `ingress` for a query to it"),
    Field("network.bytes", "long", "octets of the DNS messages in both directions"),
    Field("network.community_id", "keyword", "the flow hash of Zeek, Suricata and Elastic, version 1"),
    Field("source.ip", "ip", "the client"),
    Field("source.port", "long", "the client's port"),
    Field("source.bytes", "long", "octets of the query"),
    Field("destination.ip", "ip", "the server"),
    Field("destination.port", "long", "the server's port"),
    Field("destination.bytes", "long", "octets of the answer"),
    Field("observer.egress.interface.name", "keyword", "the interface that the query left by"),
    Field(
      "observer.ingress.interface.name", "keyword",
      "the interface on which the answer, or another host's query, arrived"),
  ]
}
