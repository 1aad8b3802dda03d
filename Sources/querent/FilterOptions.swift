import ArgumentParser
import Correlation
import DNSWire
import HostSystem
import TraceModel

/// The filter options.
struct FilterOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Only processes with this name or executable; * and ? are wildcards.", valueName: "glob"))
  var process: [String] = []

  @Option(help: ArgumentHelp("Only this process.", valueName: "pid"))
  var pid: [Int32] = []

  @Option(help: ArgumentHelp("Only processes of this user, by name or number.", valueName: "user"))
  var user: [String] = []

  @Option(help: ArgumentHelp("Only this container, by its name or a prefix of its id.", valueName: "glob"))
  var container: [String] = []

  @Option(help: ArgumentHelp("Only this Kubernetes pod.", valueName: "glob"))
  var pod: [String] = []

  @Option(help: ArgumentHelp("Only this Kubernetes namespace.", valueName: "glob"))
  var namespace: [String] = []

  @Option(
    help: ArgumentHelp("Only this domain name; a leading *. matches everything below.", valueName: "glob"))
  var name: [String] = []

  @Option(help: ArgumentHelp("Only this record type: A, AAAA, HTTPS, TYPE65280.", valueName: "type"))
  var type: [String] = []

  @Option(help: ArgumentHelp("Only this response code: NXDOMAIN, SERVFAIL.", valueName: "code"))
  var rcode: [String] = []

  @Option(help: ArgumentHelp("Only exchanges with this server.", valueName: "address"))
  var server: [String] = []

  @Option(
    help: ArgumentHelp(
      "Only exchanges that took at least this long, and unanswered queries.", valueName: "time"))
  var slow: DurationArgument?

  @Flag(help: "Only queries without an answer.")
  var unanswered = false

  @Flag(help: "Only failures: unanswered, or any response code except NOERROR.")
  var failed = false

  /// The filter that the options describe. Options of the same kind are alternatives.
  func filter(showing unit: Unit) throws(Failure) -> Filter {
    var filter = Filter()
    filter.processes = process.map(Glob.init)
    filter.pids = Set(pid)
    filter.containers = container
    filter.pods = pod.map(Glob.init)
    filter.namespaces = namespace.map(Glob.init)
    filter.slow = slow?.nanoseconds
    filter.unanswered = unanswered
    filter.failed = failed
    for pid in pid where pid < 1 { throw refused("--pid \(pid)", "a pid is at least 1") }
    for text in user {
      if let number = UInt32(text) {
        filter.users.insert(number)
      } else if let user = Child.User(text) {
        filter.users.insert(user.uid)
      } else {
        throw refused("--user \(text)", "there is no such user on this host; give a number for any user")
      }
    }
    for text in name {
      guard let pattern = NamePattern(text) else {
        throw refused("--name '\(text)'", "a label has 1 to 63 octets, a name at most 127 labels")
      }
      filter.names.append(pattern)
    }
    for text in type {
      guard let type = RecordType(mnemonic: text) else {
        throw refused("--type \(text)", "there is no such record type; give TYPE and a number for any type")
      }
      filter.types.insert(type)
    }
    for text in rcode {
      guard let code = ResponseCode(mnemonic: text) else {
        throw refused(
          "--rcode \(text)", "there is no such response code; examples: NOERROR, NXDOMAIN, SERVFAIL, REFUSED")
      }
      filter.codes.insert(code)
    }
    for text in server {
      guard let address = IPAddress(text) else {
        throw refused("--server \(text)", "give an IPv4 or IPv6 address, for example --server 192.0.2.53")
      }
      filter.servers.insert(address)
    }
    if let contradiction = filter.contradiction(showing: unit) {
      throw refused("these filters", contradiction)
    }
    return filter
  }

  private func refused(_ what: String, _ why: String) -> Failure {
    Failure("\(what) can match nothing", advice: why, code: .usage)
  }
}

extension FilterOptions {
  /// The options as they may be written in one line.
  var words: String {
    let lists = [
      ("process", process), ("pid", pid.map(String.init)), ("user", user), ("container", container),
      ("pod", pod), ("namespace", namespace), ("name", name), ("type", type), ("rcode", rcode),
      ("server", server), ("slow", slow.map { [$0.description] } ?? []),
    ]
    let given = lists.flatMap { option, values in values.map { "--\(option) \(Self.quoted($0))" } }
    return (given + (unanswered ? ["--unanswered"] : []) + (failed ? ["--failed"] : [])).joined(
      separator: " ")
  }

  private static func quoted(_ word: String) -> String {
    guard word.isEmpty || word.contains(where: { " *?'\"\\".contains($0) }) else { return word }
    return "'" + word.replacing("'", with: "'\\''") + "'"
  }
}
