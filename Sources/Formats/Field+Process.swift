// The fields that describe processes, and the fields below `querent`.
extension Field {
  static let process: [Field] =
    processFields(under: "process", "the process") + [
      Field("container.id", "keyword", "the full container id"),
      Field("container.name", "keyword", "the container's name"),
      Field("container.image.name", "keyword", "the name of its image, with the tag"),
      Field("container.runtime", "keyword", "`docker`, `containerd`, `cri-o`, `podman`, `lxc`, …"),
      Field("orchestrator.type", "keyword", "`kubernetes`, for a container of a pod"),
      Field("orchestrator.namespace", "keyword", "the pod's namespace"),
      Field("orchestrator.resource.type", "keyword", "`pod`"),
      Field("orchestrator.resource.name", "keyword", "the pod's name"),
    ]

  /// The process fields of ECS, below `path`.
  private static func processFields(under path: String, _ who: String) -> [Field] {
    let fields = [
      Field("pid", "long", "pid of \(who) (the kernel's thread-group id)"),
      Field(
        "entity_id", "keyword",
        "a hash of boot id, pid, start time and exec count: it changes with pid reuse and with execve(2); absent if unknown"
      ),
      Field("name", "keyword", "name (comm) of the thread-group leader, at most 15 octets"),
      Field("executable", "keyword", "path of the executable"),
      Field("args", "keyword[]", "the arguments; left out with --no-args"),
      Field("start", "date", "when the process started"),
      Field("working_directory", "keyword", "the working directory"),
      Field("thread.id", "long", "the thread that made the call"),
      Field("thread.name", "keyword", "the thread's name"),
      Field("user.id", "keyword", "numeric user id at the send"),
      Field("user.name", "keyword", "the user's name"),
      Field("group.id", "keyword", "numeric group id at the send"),
      Field("group.name", "keyword", "the group's name"),
      Field("parent.pid", "long", "the parent's pid"),
      Field("parent.name", "keyword", "the parent's name"),
      Field("parent.executable", "keyword", "the parent's executable"),
    ]
    return fields.map { Field("\(path).\($0.name)", $0.kind, $0.about) }
  }

  static let host: [Field] = [
    Field("host.name", "keyword", "the host's name"),
    Field("host.id", "keyword", "the machine id"),
    Field("host.boot.id", "keyword", "the boot id"),
  ]

  static let related: [Field] = [
    Field("related.ip", "ip[]", "client, server and every resolved address"),
    Field("related.hosts", "keyword[]", "the name that was asked for"),
    Field("related.user", "keyword[]", "the user"),
  ]

  static let querent: [Field] =
    [
      Field("querent.schema", "long", "the version of the fields under `querent`"),
      Field("querent.attribution.method", "keyword", "how the process was found (see Attribution above)"),
      Field("querent.attribution.reason", "keyword", "why no process is named"),
      Field(
        "querent.attribution.inherited", "boolean",
        "true if the process has not called execve(2) since the fork: executable and arguments are its ancestor's"
      ),
      Field("querent.attribution.tier", "keyword", "`trampoline`, `tracepoint` or `cgroup`"),
      Field(
        "querent.recognised_by", "keyword",
        "`port`, `shape`, `flow` (it does not look like DNS, but its flow has carried DNS before), or `path` (of a unix socket)"
      ),
      Field(
        "querent.role", "keyword",
        "`client` if the process sent the query, `server` if it received another host's query"),
      Field("querent.netns", "long", "the inode of the socket's network namespace"),
      Field("querent.cgroup", "keyword", "the process's path in cgroup v2"),
      Field(
        "querent.protocol", "keyword",
        "`varlink` (systemd-resolved) or `nscd` for a lookup over a unix socket, else absent"),
      Field("querent.question.raw", "keyword", "the name as sent, if it is not all lower case"),
      Field(
        "querent.question.unicode", "keyword",
        "the name in Unicode, if it is internationalised and safe to show"),
      Field("querent.edns.version", "long", "EDNS version"),
      Field("querent.edns.udp_size", "long", "the largest UDP message that the sender accepts, in octets"),
      Field("querent.edns.do", "boolean", "the DO flag"),
      Field("querent.edns.client_subnet", "keyword", "address/source prefix/scope prefix"),
      Field("querent.edns.cookie", "keyword", "client and server cookie, hexadecimal"),
      Field("querent.edns.options", "keyword[]", "every option, as `NAME=value`"),
      Field("querent.extended_error.code", "long", "the first extended error (RFC 8914)"),
      Field("querent.extended_error.name", "keyword", "its registered name"),
      Field("querent.extended_error.text", "keyword", "the server's additional text"),
      Field("querent.authority", "keyword[]", "the authority section, one string per record"),
      Field("querent.additional", "keyword[]", "the additional section without OPT, one string per record"),
      Field(
        "querent.query.answers", "keyword[]",
        "the answer section of the query (update, notification), one string per record"),
      Field(
        "querent.query.authority", "keyword[]",
        "the authority section of the query; for an update, the changes"),
      Field(
        "querent.query.additional", "keyword[]",
        "the additional section of the query without OPT, for example a TSIG record"),
      Field(
        "querent.multicast.legacy", "boolean",
        "the query came from a port other than 5353: a one-shot query (RFC 6762 §6.7)"),
      Field(
        "querent.multicast.unicast_response", "boolean",
        "the question may be answered by unicast (RFC 6762 §5.4)"),
      Field(
        "querent.multicast.cache_flush", "keyword[]",
        "name and type of each record with the cache-flush bit (RFC 6762 §10.2)"),
      Field("querent.transport.retries", "long", "number of times the query was sent again"),
      Field("querent.transport.truncated", "boolean", "the answer had the TC flag"),
      Field("querent.transport.reassembled", "boolean", "a message arrived in more than one packet"),
      Field(
        "querent.transport.truncated_capture", "boolean",
        "only the start of a message was captured; records may be missing"),
    ] + processFields(under: "querent.answered_by.process", "the local server that answered") + chain

  private static let chain: [Field] = [
    Field(
      "querent.answered_from", "keyword",
      "where the local server got the answer from: `upstream`, `cache` or `local` (its own data); absent if unknown"
    ),
    Field(
      "querent.forwarded", "object[]",
      "the queries that the local server sent to answer this one, in order: server (or protocol, over a unix socket), process, question (if it is another), duration, response_code (both absent without an answer), evidence"
    ),
    Field(
      "querent.on_behalf_of", "object[]",
      "the clients for which this query was sent, nearest first: process, client (absent over a unix socket), evidence (`proven`, `inferred` or `coalesced`)"
    ),
    Field("querent.related_omitted", "long", "related exchanges beyond the 64 that are listed"),
    Field(
      "querent.lookup", "object[]",
      "with --lookups: the exchanges of the lookup, in order: question, server, duration, response_code (or reason, without an answer), answered_from"
    ),
  ]
}
