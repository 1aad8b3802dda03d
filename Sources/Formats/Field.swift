import Captures
import Correlation
import DNSWire
import Packets

/// One field of the JSON output; the list of all is the schema, and Documentation/Output.md is made from it.
///
/// A class, since every record walks through the list and a value's copy would count references.
package final class Field: Sendable {
  package let path: JSONPath
  /// The type in Elastic's sense: keyword, long, ip, date, boolean, object.
  package let kind: String
  package let about: String
  let write: @Sendable (Shown, Host, inout JSONWriter) -> Void

  init(
    _ path: JSONPath, _ kind: String, _ about: String,
    _ write: @escaping @Sendable (Shown, Host, inout JSONWriter) -> Void
  ) {
    self.path = path
    self.kind = kind
    self.about = about
    self.write = write
  }

  /// Every field, grouped so that each object is opened once.
  package static let all: [Field] = event + dns + network + process + host + related + querent

  package static let schemaVersion = 1
  package static let ecsVersion = "8.17.0"
}

// MARK: The event

extension Field {
  private static let event: [Field] = [
    Field("@timestamp", "date", "when the query was sent; of a lone answer, when it came") {
      $2.value($0.time)
    },
    Field("ecs.version", "keyword", "the version of the Elastic Common Schema that the names follow") {
      $2.value(ecsVersion)
    },
    Field("event.kind", "keyword", "always `event`") { $2.value("event") },
    Field("event.category", "keyword[]", "always `network`") { $2.value(["network"]) },
    Field("event.type", "keyword[]", "always `protocol`") { $2.value(["protocol"]) },
    Field("event.action", "keyword", "`dns-exchange`, or `dns-message` with --messages") {
      $2.value($0.isMessage ? "dns-message" : "dns-exchange")
    },
    Field("event.dataset", "keyword", "always `querent.dns`") { $2.value("querent.dns") },
    Field("event.sequence", "long", "counts the records of this run, from 1") { $2.value($0.sequence) },
    Field("event.outcome", "keyword", "`success` for NOERROR, `unknown` while it waits, else `failure`") {
      shown, _, json in
      guard !shown.isMessage else { return }
      switch shown.exchange.outcome {
      case .unanswered: json.value("failure")
      case .pending: json.value("unknown")
      case .answered, .late, .repeated, .unsolicited:
        json.value(shown.exchange.answer?.message.responseCode == .noError ? "success" : "failure")
      }
    },
    Field(
      "event.reason", "keyword",
      "`timeout`, `late`, `repeated`, `unsolicited`, `pending`, or the response code"
    ) {
      shown, _, json in
      guard !shown.isMessage else { return }
      switch shown.exchange.outcome {
      case .unanswered: json.value("timeout")
      case .late, .repeated, .unsolicited, .pending: json.value(shown.exchange.outcome.rawValue)
      case .answered:
        guard let code = shown.exchange.answer?.message.responseCode, code != .noError else { return }
        json.value(code.mnemonic.lowercased())
      }
    },
    Field("event.start", "date", "when the query was first sent") { $2.value($0.exchange.query?.time) },
    Field("event.end", "date", "when the answer came") { $2.value($0.exchange.answer?.time) },
    Field("event.duration", "long", "nanoseconds from the first sending to the answer") {
      $2.value($0.exchange.latency)
    },
  ]
}

// MARK: DNS

extension Field {
  private static let dns: [Field] = [
    Field("dns.type", "keyword", "`answer` for a pair or an answer, `query` for a query without one") {
      $2.value($0.exchange.answer == nil ? "query" : "answer")
    },
    Field("dns.id", "keyword", "the message id, decimal") {
      $2.value($0.header.map { String($0.id) })
    },
    Field("dns.op_code", "keyword", "`QUERY`, `NOTIFY`, `UPDATE`, …") {
      $2.value($0.header?.opcode.mnemonic)
    },
    Field("dns.response_code", "keyword", "`NOERROR`, `NXDOMAIN`, …, extended codes too") {
      $2.value($0.exchange.answer?.message.responseCode.mnemonic)
    },
    Field(
      "dns.header_flags", "keyword[]", "AA, TC, RD, RA, AD, CD of the answer, else of the query; DO from EDNS"
    ) {
      shown, _, json in
      guard let message = (shown.exchange.answer ?? shown.exchange.query)?.message else { return }
      let header = message.header
      let flags = [
        ("AA", header.isAuthoritative), ("TC", header.isTruncated), ("RD", header.recursionDesired),
        ("RA", header.recursionAvailable), ("AD", header.authenticData), ("CD", header.checkingDisabled),
        ("DO", message.edns?.dnssecOK ?? false),
      ]
      json.array(flags.lazy.filter(\.1)) { $0.append(json: $1.0.utf8) }
    },
    Field("dns.question.name", "keyword", "lower case, without the final dot; the root is `.`") {
      $2.value($0.question?.qname)
    },
    Field("dns.question.type", "keyword", "`A`, `HTTPS`, …, `TYPE65280` for what has no name") {
      $2.value($0.question?.qtype.mnemonic)
    },
    Field("dns.question.class", "keyword", "mostly `IN`") {
      $2.value($0.question?.qclass.mnemonic)
    },
    Field("dns.answers", "object[]", "name, type, class, ttl (seconds) and data of each answer record") {
      records(of: $0.exchange.answer?.message.answers, in: &$2)
    },
    Field("dns.resolved_ip", "ip[]", "every address in the answer records") { shown, _, json in
      guard let answers = shown.exchange.answer?.message.answers else { return }
      json.array(answers.lazy.compactMap(IPAddress.init)) { output, address in
        output.append(UInt8(ascii: "\""))
        address.write(to: &output)
        output.append(UInt8(ascii: "\""))
      }
    },
  ]

  private static func records(of records: ResourceRecords?, in json: inout JSONWriter) {
    guard let records else { return }
    json.array(records.lazy.filter { $0.type != .opt }) { output, record in
      output.append(text: "{\"name\":")
      output.append(json: record.name)
      output.append(text: ",\"type\":\"")
      record.type.write(to: &output)
      output.append(text: "\",\"class\":\"")
      record.class.write(to: &output)
      output.append(text: "\",\"ttl\":")
      output.append(decimal: record.ttl)
      output.append(text: ",\"data\":")
      output.append(jsonDataOf: record)
      output.append(UInt8(ascii: "}"))
    }
  }
}

// MARK: The network

extension Field {
  private static let network: [Field] = [
    Field("network.transport", "keyword", "`udp` or `tcp`") {
      $2.value($0.payload.map { $0.flow.transport == .tcp ? "tcp" : "udp" })
    },
    Field("network.type", "keyword", "`ipv4` or `ipv6`") {
      $2.value($0.payload.map { $0.flow.source.address.family == .v4 ? "ipv4" : "ipv6" })
    },
    Field("network.protocol", "keyword", "`dns`, `mdns` or `llmnr`, by the port") {
      $2.value($0.protocolName)
    },
    Field("network.direction", "keyword", "`egress` for what this host asks, `ingress` for what it is asked")
    {
      $2.value($0.exchange.role == .client ? "egress" : "ingress")
    },
    Field("network.bytes", "long", "octets of the DNS messages, both ways") {
      $2.value(($0.exchange.query?.payload.range.count ?? 0) + ($0.exchange.answer?.payload.range.count ?? 0))
    },
    Field("network.community_id", "keyword", "the flow hash of Zeek, Suricata and Elastic, version 1") {
      shown, _, json in
      guard let flow = shown.clientFlow else { return }
      json.quoted { CommunityID.write(flow, to: &$0) }
    },
    Field("source.ip", "ip", "the client") { $2.value($0.client?.address) },
    Field("source.port", "long", "the client's port") { $2.value($0.client?.port) },
    Field("source.bytes", "long", "octets of the query") { $2.value($0.exchange.query?.payload.range.count) },
    Field("destination.ip", "ip", "the server") { $2.value($0.server?.address) },
    Field("destination.port", "long", "the server's port") { $2.value($0.server?.port) },
    Field("destination.bytes", "long", "octets of the answer") {
      $2.value($0.exchange.answer?.payload.range.count)
    },
    Field("observer.egress.interface.name", "keyword", "where the query left") { shown, host, json in
      guard let payload = shown.exchange.query?.payload, payload.direction == .egress else { return }
      json.value(host.interfaceName(payload.interfaceIndex, payload.networkNamespace))
    },
    Field("observer.ingress.interface.name", "keyword", "where the answer, or another host's query, came in")
    {
      shown, host, json in
      for payload in [shown.exchange.answer?.payload, shown.exchange.query?.payload] {
        guard let payload, payload.direction == .ingress else { continue }
        json.value(host.interfaceName(payload.interfaceIndex, payload.networkNamespace))
        return
      }
    },
  ]
}
