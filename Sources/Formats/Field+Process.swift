import Captures
import Correlation
import DNSWire
import Packets

// MARK: The process

extension Field {
  static let process: [Field] =
    processFields(
      under: "process", "the process", party: { $0.exchange.party }
    ) + [
      Field("container.id", "keyword", "the container's whole id") { $2.value($0.details?.container?.id) },
      Field("container.runtime", "keyword", "`docker`, `containerd`, `cri-o`, `podman`, `lxc`, …") {
        $2.value($0.details?.container?.runtime)
      },
    ]

  /// The process fields of ECS, for a party at any path.
  static func processFields(
    under path: String, _ who: String, party: @escaping @Sendable (Shown) -> Party?
  ) -> [Field] {
    func field(
      _ name: String, _ kind: String, _ about: String,
      _ write: @escaping @Sendable (Owner, ProcessDetails?, Host, inout JSONWriter) -> Void
    ) -> Field {
      Field(JSONPath(stringLiteral: "\(path).\(name)"), kind, about) { shown, host, json in
        guard let party = party(shown), let owner = party.owner else { return }
        write(owner, party.details, host, &json)
      }
    }
    return [
      field("pid", "long", "\(who): the thread-group id, which people call the pid") {
        $3.value($0.identity.pid)
      },
      field(
        "entity_id", "keyword",
        "a hash of boot id, pid and start time, so it survives pid reuse; absent if one is unknown"
      ) {
        $3.value($2.entityID($0.identity))
      },
      field("name", "keyword", "the program's name (of the thread-group leader), as the kernel has it") {
        owner, _, _, json in
        guard !owner.name.isEmpty else { return }
        json.value(owner.name.description)
      },
      field("executable", "keyword", "the path of the executable") { $3.value($1?.executable) },
      field("args", "keyword[]", "the arguments; left out with --no-args") { $3.value($1?.arguments) },
      field("start", "date", "when the process started") { owner, _, host, json in
        guard owner.identity.startTime > 0 else { return }
        json.value(host.bootTime.advanced(byNanoseconds: Int64(clamping: owner.identity.startTime)))
      },
      field("working_directory", "keyword", "the working directory") { $3.value($1?.workingDirectory) },
      field("thread.id", "long", "the thread that made the call") { $3.value($0.tid) },
      field("thread.name", "keyword", "its name") { owner, _, _, json in
        guard !owner.threadName.isEmpty else { return }
        json.value(owner.threadName.description)
      },
      field("user.id", "keyword", "the user's number at the send") { $3.value($0.credentials.userID) },
      field("user.name", "keyword", "the user's name") { $3.value($1?.user) },
      field("group.id", "keyword", "the group's number at the send") { $3.value($0.credentials.groupID) },
      field("group.name", "keyword", "the group's name") { $3.value($1?.group) },
      field("parent.pid", "long", "the parent process") { owner, _, _, json in
        guard owner.parentPID > 0 else { return }
        json.value(owner.parentPID)
      },
      field("parent.name", "keyword", "its name") { $3.value($1?.parent?.name) },
      field("parent.executable", "keyword", "its executable") { $3.value($1?.parent?.executable) },
    ]
  }
}

extension Credentials {
  /// The number as text; nil when a file does not say.
  fileprivate var userID: String? { uid == Self.unknownID ? nil : String(uid) }
  fileprivate var groupID: String? { gid == Self.unknownID ? nil : String(gid) }
}

// MARK: The host, and what belongs together

extension Field {
  static let host: [Field] = [
    Field("host.name", "keyword", "the host's name") { $2.value($1.name) },
    Field("host.id", "keyword", "the machine id") { $2.value($1.machineID) },
    Field("host.boot.id", "keyword", "the boot id") { $2.value($1.bootID) },
  ]

  static let related: [Field] = [
    Field("related.ip", "ip[]", "client, server and every resolved address") { shown, _, json in
      guard let client = shown.client, let server = shown.server else { return }
      var addresses = [client.address]
      if server.address != client.address { addresses.append(server.address) }
      if let answers = shown.exchange.answer?.message.answers {
        for record in answers {
          guard let address = IPAddress(record), !addresses.contains(address) else { continue }
          addresses.append(address)
        }
      }
      json.array(addresses) { output, address in
        output.append(UInt8(ascii: "\""))
        address.write(to: &output)
        output.append(UInt8(ascii: "\""))
      }
    },
    Field("related.hosts", "keyword[]", "the name that was asked for") { shown, _, json in
      guard let name = shown.question?.qname else { return }
      json.array(CollectionOfOne(name)) { $0.append(json: $1) }
    },
    Field("related.user", "keyword[]", "the user") { $2.value($0.details?.user.map { [$0] }) },
  ]
}

extension IPAddress {
  /// The address in an A or AAAA record.
  init?(_ record: ResourceRecord) {
    switch record.rdata {
    case .a(let address): self.init(v4: address)
    case .aaaa(let high, let low): self.init(v6High: high, low: low)
    default: return nil
    }
  }
}

// MARK: Ours

extension Field {
  static let querent: [Field] =
    [
      Field("querent.schema", "long", "the version of the fields under `querent`") {
        $2.value(schemaVersion)
      },
      Field("querent.attribution.method", "keyword", "how the process is known (see Accuracy)") {
        $2.value($0.exchange.party.method.name)
      },
      Field("querent.attribution.reason", "keyword", "why no process is named") { shown, _, json in
        guard case .none(let reason) = shown.exchange.party.method else { return }
        json.value(reason.rawValue)
      },
      Field("querent.attribution.tier", "keyword", "`trampoline`, `tracepoint` or `cgroup`") {
        $2.value($1.tier)
      },
      Field("querent.recognised_by", "keyword", "`port` or `shape`") {
        $2.value($0.payload.map { $0.recognition == .port ? "port" : "shape" })
      },
      Field("querent.role", "keyword", "`client` if the process asked, `server` if another host asked it") {
        $2.value($0.exchange.role.rawValue)
      },
      Field("querent.netns", "long", "the inode of the socket's network namespace") { shown, _, json in
        guard let namespace = shown.payload?.networkNamespace, namespace != 0 else { return }
        json.value(namespace)
      },
      Field("querent.cgroup", "keyword", "the process's path in cgroup v2") { $2.value($0.details?.cgroup) },
      Field("querent.question.raw", "keyword", "the name as sent, when that is not lower case") {
        shown, _, json in
        guard let name = shown.question?.qname, name.hasUpperCase else { return }
        json.value(name.presentation(finalDot: false))
      },
      Field("querent.edns.version", "long", "EDNS version") { $2.value($0.edns?.version) },
      Field("querent.edns.udp_size", "long", "the largest UDP message that the sender takes") {
        $2.value($0.edns?.udpPayloadSize)
      },
      Field("querent.edns.do", "boolean", "the DO flag") { $2.value($0.edns?.dnssecOK) },
      Field("querent.edns.client_subnet", "keyword", "address/source prefix/scope prefix") { shown, _, json in
        guard let subnet = shown.edns?.clientSubnet else { return }
        json.quoted { subnet.write(to: &$0) }
      },
      Field("querent.edns.cookie", "keyword", "client and server cookie, hexadecimal") { shown, _, json in
        guard let cookie = shown.edns?.cookie else { return }
        json.quoted {
          $0.append(hexadecimal: cookie.client)
          $0.append(hexadecimal: cookie.server)
        }
      },
      Field("querent.edns.options", "keyword[]", "every option, as `NAME=value`") { shown, _, json in
        guard let options = shown.edns?.options else { return }
        json.array(options) { output, option in
          var text: [UInt8] = []
          option.write(to: &text)
          output.append(json: text)
        }
      },
      Field("querent.extended_error.code", "long", "the first extended error (RFC 8914)") {
        $2.value($0.extendedError?.code.rawValue)
      },
      Field("querent.extended_error.name", "keyword", "its registered name") {
        guard let code = $0.extendedError?.code, code.isAssigned else {
          return
        }
        $2.value(code.mnemonic)
      },
      Field("querent.extended_error.text", "keyword", "what the server adds") { shown, _, json in
        guard let error = shown.extendedError, !error.textOctets.isEmpty else {
          return
        }
        json.value(error.text)
      },
      Field("querent.authority", "keyword[]", "the authority section, one line a record") {
        lines(of: $0.exchange.answer?.message.authority, in: &$2)
      },
      Field("querent.additional", "keyword[]", "the additional section without OPT, one line a record") {
        lines(of: $0.exchange.answer?.message.additional, in: &$2)
      },
      Field(
        "querent.query.answers", "keyword[]", "what a query (an update, a notification) has there, likewise"
      ) {
        lines(of: $0.exchange.query?.message.answers, in: &$2)
      },
      Field("querent.query.authority", "keyword[]", "likewise; of an update: what shall change") {
        lines(of: $0.exchange.query?.message.authority, in: &$2)
      },
      Field("querent.query.additional", "keyword[]", "likewise, without OPT; a signature (TSIG) for one") {
        lines(of: $0.exchange.query?.message.additional, in: &$2)
      },
      Field(
        "querent.multicast.unicast_response", "boolean",
        "the question may be answered by unicast (RFC 6762 §5.4)"
      ) {
        guard $0.question?.wantsUnicastResponse == true else { return }
        $2.value(true)
      },
      Field(
        "querent.multicast.cache_flush", "keyword[]",
        "name and type of each record that replaces what caches hold (RFC 6762 §10.2)"
      ) {
        flushed(by: ($0.exchange.answer ?? $0.exchange.query)?.message, in: &$2)
      },
      Field("querent.transport.retries", "long", "how often the query was sent again") { shown, _, json in
        guard shown.exchange.retries > 0 else { return }
        json.value(shown.exchange.retries)
      },
      Field("querent.transport.truncated", "boolean", "the answer had the TC flag") { shown, _, json in
        guard shown.exchange.answer?.message.header.isTruncated == true else { return }
        json.value(true)
      },
      Field("querent.transport.reassembled", "boolean", "a message came in more than one packet") {
        shown, _, json in
        guard
          shown.exchange.answer?.payload.isReassembled == true
            || shown.exchange.query?.payload.isReassembled == true
        else { return }
        json.value(true)
      },
    ]
    + processFields(under: "querent.answered_by.process", "the local server that answered") {
      $0.exchange.answeredBy
    }

  private static func flushed(by message: Message?, in json: inout JSONWriter) {
    guard let message, message.isMulticast else { return }
    let records = [message.answers, message.authority, message.additional].joined()
    json.array(records.lazy.filter(\.cacheFlush)) { output, record in
      var text: [UInt8] = []
      record.name.write(to: &text, finalDot: true, lowercased: true)
      text.append(UInt8(ascii: " "))
      record.type.write(to: &text)
      output.append(json: text)
    }
  }

  private static func lines(of records: ResourceRecords?, in json: inout JSONWriter) {
    guard let records else { return }
    json.array(records.lazy.filter { $0.type != .opt }) { output, record in
      var text: [UInt8] = []
      record.name.write(to: &text, finalDot: true, lowercased: true)
      text.append(UInt8(ascii: " "))
      text.append(decimal: record.ttl)
      text.append(UInt8(ascii: " "))
      record.class.write(to: &text)
      text.append(UInt8(ascii: " "))
      record.type.write(to: &text)
      text.append(UInt8(ascii: " "))
      record.writeData(to: &text)
      output.append(json: text)
    }
  }
}
