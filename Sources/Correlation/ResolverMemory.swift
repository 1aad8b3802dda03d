import TraceModel
import DNSWire

/// What resolvers on this host did before, as far as it explains what they do later. Processes are keyed by
/// `MatchKey.process`.
struct ResolverMemory: Sendable {
  /// Processes that have sent a query for a client.
  private var resolvers = RecentValues<Void>(atLeast: 512)
  /// Resolvers that send a query for each client, even if several wait for the same question.
  private var eachForwarders = RecentValues<Void>(atLeast: 512)
  /// The questions that they have sent.
  private var sent = RecentValues<Void>(atLeast: 4096)
  /// The targets of aliases that they received, by the alias.
  private var targets = RecentValues<OwnedName>(atLeast: 1024)

  /// The maximum number of targets that are followed.
  static let mostLeads = 16
}

extension ResolverMemory {
  mutating func note(_ question: MatchKey, sentBy process: MatchKey) {
    resolvers.set(process, to: ())
    sent.set(question, to: ())
  }

  mutating func noteAliases(in answer: borrowing DecodedMessage, toldTo process: ProcessIdentity) {
    let message = answer.message
    var records = message.answers.makeCursor()
    while let record = records.next() {
      guard record.type == .cname, case .cname(let target) = record.rdata else { continue }
      targets.set(.alias(record.name, process), to: OwnedName(target))
    }
  }

  mutating func noteForwardsEach(_ process: MatchKey) {
    eachForwarders.set(process, to: ())
  }

  func forwardsEach(_ process: MatchKey) -> Bool { eachForwarders[process] != nil }

  func isResolver(_ process: MatchKey) -> Bool { resolvers[process] != nil }

  /// Whether a process has sent this question.
  func hasSent(_ question: MatchKey) -> Bool { sent[question] != nil }

  /// The targets of the queried name, if a process has received it as an alias.
  func targets(of name: NameView, askedOf process: ProcessIdentity) -> [OwnedName] {
    guard !targets.isEmpty, var next = targets[.alias(name, process)] else { return [] }
    var found = [next]
    while found.count < Self.mostLeads, let target = targets[.alias(next.view, process)] {
      found.append(target)
      next = target
    }
    return found
  }
}

/// The values that were set last: at least this many, and at most twice as many.
private struct RecentValues<Value: Sendable>: Sendable {
  private let least: Int
  private var newer = Half()
  private var older = Half()

  private struct Half: Sendable {
    var places = KeyTable()
    var values: [Value] = []

    subscript(key: MatchKey) -> Value? { places[key].map { values[$0] } }
  }

  init(atLeast least: Int) { self.least = least }

  var isEmpty: Bool { newer.values.isEmpty && older.values.isEmpty }

  subscript(key: MatchKey) -> Value? { newer[key] ?? older[key] }

  mutating func set(_ key: MatchKey, to value: Value) {
    if let place = newer.places[key] {
      newer.values[place] = value
      return
    }
    if newer.values.count >= least { (older, newer) = (newer, Half()) }
    newer.places.set(key, to: newer.values.count)
    newer.values.append(value)
  }
}
