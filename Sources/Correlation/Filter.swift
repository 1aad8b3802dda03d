package import TraceModel
package import DNSWire

/// Which exchanges are shown. Conditions of one kind are alternatives; all kinds that are given must match.
package struct Filter: Sendable {
  package var processes: [Glob] = []
  package var pids: Set<Int32> = []
  package var users: Set<UInt32> = []
  /// Names of containers, or prefixes of their ids.
  package var containers: [String] = []
  package var pods: [Glob] = []
  package var namespaces: [Glob] = []
  /// Only exchanges of the traced cgroup.
  package var isTargetOnly = false
  package var names: [NamePattern] = []
  package var types: Set<RecordType> = []
  package var codes: Set<ResponseCode> = []
  package var servers: Set<IPAddress> = []
  /// Nanoseconds that an exchange must have taken at least; an unanswered one always matches.
  package var slow: Int64?
  package var unanswered = false
  /// Unanswered, or a response code other than NOERROR.
  package var failed = false

  package init() {}

  /// Whether it matches everything.
  package var isEmpty: Bool {
    !isTargetOnly && processes.isEmpty && pids.isEmpty && users.isEmpty && containers.isEmpty && pods.isEmpty
      && namespaces.isEmpty && names.isEmpty
      && types.isEmpty
      && codes.isEmpty && servers.isEmpty && slow == nil && !unanswered && !failed
  }

  package func matches(_ exchange: borrowing Exchange) -> Bool {
    if isTargetOnly, !exchange.isInTarget { return false }
    guard matchesProcess(exchange), matchesMessage(exchange) else { return false }
    let hasNoAnswer = exchange.outcome == .unanswered
    if unanswered && !hasNoAnswer { return false }
    if failed, !hasNoAnswer, exchange.answer?.responseCode ?? .noError == .noError { return false }
    if let slow, !hasNoAnswer, exchange.latency ?? 0 < slow { return false }
    return true
  }

  /// Whether the process matches, or one on whose behalf it sent the query.
  private func matchesProcess(_ exchange: borrowing Exchange) -> Bool {
    if processes.isEmpty, pids.isEmpty, users.isEmpty, containers.isEmpty, pods.isEmpty,
      namespaces.isEmpty
    {
      return true
    }
    if let process = exchange.attribution.process, matches(process) { return true }
    return exchange.chain?.onBehalfOf.contains { $0.process.map(matches) ?? false } ?? false
  }

  /// Whether the conditions on processes hold for one.
  package func matches(_ process: ObservedProcess) -> Bool {
    let (task, details) = (process.task, process.details)
    if !processes.isEmpty {
      // The kernel keeps 15 octets of a name, so a longer pattern can only match the executable's.
      var names = [task.name.description]
      if let executable = details?.executable { names.append(executable) }
      if let name = details?.executableName { names.append(name) }
      guard processes.contains(where: { names.contains(where: $0.matches) }) else { return false }
    }
    if !pids.isEmpty, !pids.contains(task.identity.pid) { return false }
    if !users.isEmpty, !users.contains(task.credentials.uid) { return false }
    return matches(details?.container)
  }

  private func matches(_ container: Container?) -> Bool {
    let metadata = container?.metadata
    if !containers.isEmpty {
      guard let id = container?.id else { return false }
      let isNamed = metadata?.name.map { name in containers.contains { Glob($0).matches(name) } } ?? false
      guard isNamed || containers.contains(where: id.hasPrefix) else { return false }
    }
    if !pods.isEmpty {
      guard let pod = metadata?.pod, pods.contains(where: { $0.matches(pod) }) else { return false }
    }
    if !namespaces.isEmpty {
      guard let space = metadata?.namespace, namespaces.contains(where: { $0.matches(space) }) else {
        return false
      }
    }
    return true
  }

  /// Whether the messages match; for a lookup, those of one of its exchanges.
  private func matchesMessage(_ exchange: borrowing Exchange) -> Bool {
    guard let lookup = exchange.lookup else { return matchesOne(exchange) }
    return lookup.exchanges.contains { matchesOne($0.view) }
  }

  private func matchesOne(_ exchange: borrowing Exchange) -> Bool {
    if !names.isEmpty {
      guard let name = exchange.question?.qname, names.contains(where: { $0.matches(name) }) else {
        return false
      }
    }
    if !types.isEmpty {
      guard let type = exchange.question?.qtype, types.contains(type) else { return false }
    }
    if !codes.isEmpty {
      guard let code = exchange.answer?.responseCode, codes.contains(code) else { return false }
    }
    if !servers.isEmpty {
      guard let server = exchange.server, servers.contains(server.address) else { return false }
    }
    return true
  }
}

extension Filter {
  /// Why these conditions together can match nothing in this unit; nil if they can.
  package func contradiction(showing unit: Unit) -> String? {
    if unit == .messages, unanswered || slow != nil {
      let option = unanswered ? "--unanswered" : "--slow"
      return
        "a single message has no outcome, so --messages and \(option) together match nothing"
    }
    if unanswered && !codes.isEmpty {
      return "an unanswered exchange has no response code, so --unanswered and --rcode together match nothing"
    }
    if failed && codes == [.noError] {
      return "NOERROR is not a failure, so --failed and --rcode NOERROR together match nothing"
    }
    return nil
  }
}
