import DNSWire
import TraceModel

/// A filter in the words in which a person gives it: the options of the command line, the parameters of the HTTP API. Terms of the
/// same kind are alternatives.
package struct FilterTerms: Sendable {
  package var processes: [String] = []
  package var pids: [Int32] = []
  /// Names or numbers.
  package var users: [String] = []
  package var containers: [String] = []
  package var pods: [String] = []
  package var namespaces: [String] = []
  package var names: [String] = []
  package var types: [String] = []
  package var codes: [String] = []
  package var servers: [String] = []
  /// Nanoseconds.
  package var slow: Int64?
  package var unanswered = false
  package var failed = false

  package init() {}

  /// Why terms can match nothing.
  package struct Problem: Error, Equatable {
    /// The name of the option or parameter; nil when several contradict each other.
    package let option: String?
    package let value: String
    package let advice: String

    package init(_ option: String?, _ value: String, _ advice: String) {
      self.option = option
      self.value = value
      self.advice = advice
    }
  }

  /// - Parameter uid: the number of a user of this host.
  package func filter(showing unit: Unit, uid: (String) -> UInt32?) throws(Problem) -> Filter {
    var filter = Filter()
    filter.processes = processes.map(Glob.init)
    filter.pids = Set(pids)
    filter.containers = containers
    filter.pods = pods.map(Glob.init)
    filter.namespaces = namespaces.map(Glob.init)
    filter.slow = slow
    filter.unanswered = unanswered
    filter.failed = failed
    for pid in pids where pid < 1 { throw Problem("pid", "\(pid)", "a pid is at least 1") }
    for text in users {
      guard let user = UInt32(text) ?? uid(text) else {
        throw Problem("user", text, "there is no such user on this host; give a number for any user")
      }
      filter.users.insert(user)
    }
    for text in names {
      guard let pattern = NamePattern(text) else {
        throw Problem("name", text, "a label has 1 to 63 octets, a name at most 127 labels")
      }
      filter.names.append(pattern)
    }
    for text in types {
      guard let type = RecordType(mnemonic: text) else {
        throw Problem("type", text, "there is no such record type; give TYPE and a number for any type")
      }
      filter.types.insert(type)
    }
    for text in codes {
      guard let code = ResponseCode(mnemonic: text) else {
        throw Problem(
          "rcode", text, "there is no such response code; examples: NOERROR, NXDOMAIN, SERVFAIL, REFUSED")
      }
      filter.codes.insert(code)
    }
    for text in servers {
      guard let address = IPAddress(text) else {
        throw Problem("server", text, "give an IPv4 or IPv6 address, for example 192.0.2.53")
      }
      filter.servers.insert(address)
    }
    if let contradiction = filter.contradiction(showing: unit) { throw Problem(nil, "", contradiction) }
    return filter
  }
}
