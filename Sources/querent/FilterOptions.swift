import ArgumentParser
import Correlation
import HostSystem

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

  /// What the options say.
  var terms: FilterTerms {
    var terms = FilterTerms()
    terms.processes = process
    terms.pids = pid
    terms.users = user
    terms.containers = container
    terms.pods = pod
    terms.namespaces = namespace
    terms.names = name
    terms.types = type
    terms.codes = rcode
    terms.servers = server
    terms.slow = slow?.nanoseconds
    terms.unanswered = unanswered
    terms.failed = failed
    return terms
  }

  /// The filter that the options describe. Options of the same kind are alternatives.
  ///
  /// - Parameter uid: the number of a user.
  func filter(
    showing unit: Unit, uid: (String) -> UInt32? = { Child.User($0)?.uid }
  ) throws(Failure) -> Filter {
    do throws(FilterTerms.Problem) {
      return try terms.filter(showing: unit, uid: uid)
    } catch {
      let what =
        error.option.map { "--\($0) \($0 == "name" ? "'\(error.value)'" : error.value)" } ?? "these filters"
      throw Failure("\(what) can match nothing", advice: error.advice, code: .usage)
    }
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
