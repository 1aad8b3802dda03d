import Bytes
import Correlation
import DNSWire
import PacketDecoding
import TraceModel

/// A value of OpenTelemetry's data model, of the kinds that are used here.
enum OTLPValue: Equatable, Sendable {
  case text(String)
  case number(Int64)
  case texts([String])
}

/// Names and values. The names are those of OpenTelemetry's semantic conventions, else of the Elastic Common Schema, else below
/// `querent`.
struct OTLPAttributes: Sendable {
  private(set) var pairs: [(name: String, value: OTLPValue)] = []

  mutating func text(_ name: String, _ value: String?) {
    if let value, !value.isEmpty { pairs.append((name, .text(value))) }
  }

  mutating func number(_ name: String, _ value: (some BinaryInteger)?) {
    if let value { pairs.append((name, .number(Int64(clamping: value)))) }
  }

  mutating func texts(_ name: String, _ values: [String]) {
    if !values.isEmpty { pairs.append((name, .texts(values))) }
  }
}

// MARK: What is known

extension OTLPAttributes {
  static func resource(_ host: Host) -> OTLPAttributes {
    var attributes = OTLPAttributes()
    attributes.text("service.name", "querent")
    attributes.text("host.name", host.name)
    attributes.text("host.id", host.machineID)
    attributes.text("host.boot.id", host.bootID)
    return attributes
  }

  static func exchange(_ exchange: borrowing Exchange, _ host: Host, id: String) -> OTLPAttributes {
    var attributes = OTLPAttributes()
    attributes.text("log.record.uid", id)
    attributes.dns(exchange)
    attributes.network(exchange)
    attributes.process(exchange.attribution, host)
    attributes.text("querent.role", exchange.role.rawValue)
    attributes.text("querent.answered_by.process.name", exchange.answeredBy?.process?.task.name.description)
    attributes.text("querent.answered_from", exchange.chain?.answeredFrom?.rawValue)
    attributes.texts(
      "querent.on_behalf_of",
      (exchange.chain?.onBehalfOf ?? []).compactMap { $0.process?.task.name.description })
    return attributes
  }

  private mutating func dns(_ exchange: borrowing Exchange) {
    if let question = exchange.question {
      text("dns.question.name", question.qname.presentation(finalDot: false, lowercased: true))
      text("dns.question.type", ByteWriter.text { question.writeType(to: &$0) })
    }
    number("dns.id", exchange.isLocalLookup ? nil : exchange.header?.id)
    let code = exchange.answer?.responseCode
    text("dns.response_code", code.map { code in ByteWriter.text { code.write(to: &$0) } })
    if let answer = exchange.answer?.message {
      var (addresses, lines): ([String], [String]) = ([], [])
      var records = answer.answers.makeCursor()
      while let record = records.next() {
        if record.type == .opt { continue }
        if let address = IPAddress(record) { addresses.append(address.description) }
        lines.append(
          ByteWriter.text { text in
            record.writeType(to: &text)
            text.append(UInt8(ascii: " "))
            record.writeData(to: &text)
          })
      }
      texts("dns.answers", addresses)
      texts("querent.answers", lines)
    }
    text("querent.outcome", exchange.outcome.rawValue)
    text("event.outcome", Self.isSuccess(exchange) ? "success" : "failure")
    if let code, code != .noError {
      text("error.type", ByteWriter.text { code.write(to: &$0) })
    } else if exchange.outcome == .unanswered {
      text("error.type", "timeout")
    }
    number("event.duration", exchange.latency)
    number("querent.transport.retries", exchange.retries > 0 ? exchange.retries : nil)
  }

  static func isSuccess(_ exchange: borrowing Exchange) -> Bool {
    exchange.answer?.responseCode == .noError || exchange.outcome == .pending
  }

  private mutating func network(_ exchange: borrowing Exchange) {
    if let first = exchange.first {
      text("network.transport", first.flow.transport.name)
      text("network.protocol.name", first.service.rawValue)
    }
    if let (client, server) = exchange.client.flatMap({ client in exchange.server.map { (client, $0) } }) {
      text("network.type", client.address.family == .v4 ? "ipv4" : "ipv6")
      text("client.address", client.address.description)
      number("client.port", client.port)
      text("server.address", server.address.description)
      number("server.port", server.port)
    }
  }

  private mutating func process(_ attribution: Attribution, _ host: Host) {
    text("querent.attribution.method", attribution.method.name)
    guard let process = attribution.process else { return }
    let (task, details) = (process.task, process.details)
    number("process.pid", task.identity.pid)
    text("process.entity_id", host.entityID(task.image))
    // The kernel's name of the program; the conventions have only the executable's.
    text("process.name", task.name.description)
    text("process.executable.path", details?.executable)
    text("process.executable.name", details?.executableName)
    texts("process.command_args", details?.arguments ?? [])
    text("process.working_directory", details?.workingDirectory)
    if task.parentPID > 0 { number("process.parent_pid", task.parentPID) }
    number("thread.id", task.tid)
    text("thread.name", task.threadName.description)
    if task.credentials.uid != Credentials.unknownID { number("process.user.id", task.credentials.uid) }
    text("process.owner", details?.user)
    text("process.linux.cgroup", details?.cgroup)
    guard let container = details?.container else { return }
    text("container.id", container.id)
    text("container.name", container.metadata.name)
    text("container.image.name", container.metadata.image)
    text("container.runtime.name", container.runtime)
    text("k8s.pod.name", container.metadata.pod)
    text("k8s.namespace.name", container.metadata.namespace)
  }
}
