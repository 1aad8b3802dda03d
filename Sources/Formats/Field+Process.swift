// Who it was, and what belongs together.
extension Field {
  static let process: [Field] =
    processFields(under: "process", "the process") + [
      Field("container.id", "keyword", "the container's whole id"),
      Field("container.runtime", "keyword", "`docker`, `containerd`, `cri-o`, `podman`, `lxc`, …"),
    ]

  /// The process fields of ECS, for a party at any path.
  private static func processFields(under path: String, _ who: String) -> [Field] {
    let fields = [
      Field("pid", "long", "\(who): the thread-group id, which people call the pid"),
      Field(
        "entity_id", "keyword",
        "a hash of boot id, pid, start time and exec count: another after pid reuse and after execve(2); absent if unknown"
      ),
      Field("name", "keyword", "the program's name (of the thread-group leader), as the kernel has it"),
      Field("executable", "keyword", "the path of the executable"),
      Field("args", "keyword[]", "the arguments; left out with --no-args"),
      Field("start", "date", "when the process started"),
      Field("working_directory", "keyword", "the working directory"),
      Field("thread.id", "long", "the thread that made the call"),
      Field("thread.name", "keyword", "its name"),
      Field("user.id", "keyword", "the user's number at the send"),
      Field("user.name", "keyword", "the user's name"),
      Field("group.id", "keyword", "the group's number at the send"),
      Field("group.name", "keyword", "the group's name"),
      Field("parent.pid", "long", "the parent process"),
      Field("parent.name", "keyword", "its name"),
      Field("parent.executable", "keyword", "its executable"),
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
      Field("querent.attribution.method", "keyword", "how the process is known (see Accuracy)"),
      Field("querent.attribution.reason", "keyword", "why no process is named"),
      Field(
        "querent.attribution.inherited", "boolean",
        "true: the process has not called execve(2); executable and arguments are those it was forked with"),
      Field("querent.attribution.tier", "keyword", "`trampoline`, `tracepoint` or `cgroup`"),
      Field(
        "querent.recognised_by", "keyword",
        "`port`, `shape`, or `flow`: it does not look like DNS, but its flow has carried DNS before"),
      Field("querent.role", "keyword", "`client` if the process asked, `server` if another host asked it"),
      Field("querent.netns", "long", "the inode of the socket's network namespace"),
      Field("querent.cgroup", "keyword", "the process's path in cgroup v2"),
      Field("querent.question.raw", "keyword", "the name as sent, when that is not lower case"),
      Field(
        "querent.question.unicode", "keyword",
        "the name in Unicode, where it is internationalised and that is safe"),
      Field("querent.edns.version", "long", "EDNS version"),
      Field("querent.edns.udp_size", "long", "the largest UDP message that the sender takes"),
      Field("querent.edns.do", "boolean", "the DO flag"),
      Field("querent.edns.client_subnet", "keyword", "address/source prefix/scope prefix"),
      Field("querent.edns.cookie", "keyword", "client and server cookie, hexadecimal"),
      Field("querent.edns.options", "keyword[]", "every option, as `NAME=value`"),
      Field("querent.extended_error.code", "long", "the first extended error (RFC 8914)"),
      Field("querent.extended_error.name", "keyword", "its registered name"),
      Field("querent.extended_error.text", "keyword", "what the server adds"),
      Field("querent.authority", "keyword[]", "the authority section, one line a record"),
      Field("querent.additional", "keyword[]", "the additional section without OPT, one line a record"),
      Field(
        "querent.query.answers", "keyword[]", "what a query (an update, a notification) has there, likewise"),
      Field("querent.query.authority", "keyword[]", "likewise; of an update: what shall change"),
      Field("querent.query.additional", "keyword[]", "likewise, without OPT; a signature (TSIG) for one"),
      Field(
        "querent.multicast.legacy", "boolean",
        "the query came from another port than 5353: a one-shot query, answered as in DNS (RFC 6762 §6.7)"),
      Field(
        "querent.multicast.unicast_response", "boolean",
        "the question may be answered by unicast (RFC 6762 §5.4)"),
      Field(
        "querent.multicast.cache_flush", "keyword[]",
        "name and type of each record that replaces what caches hold (RFC 6762 §10.2)"),
      Field("querent.transport.retries", "long", "how often the query was sent again"),
      Field("querent.transport.truncated", "boolean", "the answer had the TC flag"),
      Field("querent.transport.reassembled", "boolean", "a message came in more than one packet"),
      Field(
        "querent.transport.truncated_capture", "boolean",
        "only the start of a message was captured: records may be missing here that were sent"),
    ] + processFields(under: "querent.answered_by.process", "the local server that answered")
}
