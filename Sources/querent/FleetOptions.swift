import ArgumentParser
import Correlation
import FleetQueries
import Formats
import History
import HostSystem

/// The options of a question about many hosts.
struct FleetOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Ask the ClickHouse to which querent-server --export sends: clickhouse://[USER@]HOST[:PORT][/DATABASE], or \
      clickhouse=URL for https.
      """, valueName: "store"))
  var from: String?

  @Option(
    help: ArgumentHelp("Only this host, by its name or its machine id; may be repeated.", valueName: "glob"))
  var host: [String] = []

  @Option(
    help: ArgumentHelp(
      "A file in netrc's format with the password, which nobody else may read; QUERENT_EXPORT_NETRC names it too.",
      valueName: "file"))
  var netrc: String?

  @Option(help: ArgumentHelp("The program that connects; next to querent, or in PATH.", valueName: "file"))
  var serverProgram: String?

  /// How many exchanges are shown unless --count says otherwise.
  static let mostShown = 1000
  /// Octets: what a pipe holds.
  private static let longestStatement = 1 << 16

  func validate(_ show: ShowOptions) throws {
    guard from != nil else {
      guard host.isEmpty, netrc == nil, serverProgram == nil else {
        throw ValidationError("--host, --netrc and --server-program go with --from.")
      }
      return
    }
    if let format = show.format, format != .table, format != .json {
      throw ValidationError(
        "The octets of messages stay on their host: with --from, --format is table or json.")
    }
    guard show.output == nil, show.also.isEmpty, show.unit == .exchanges else {
      throw ValidationError("--from prints exchanges or a report: leave out --output, --also and --messages.")
    }
  }

  func report(from store: String, _ statement: FleetStatement) throws(Failure) -> Report {
    guard statement.text.utf8.count <= Self.longestStatement else {
      throw Failure("these are too many conditions", advice: "ask in several parts", code: .usage)
    }
    var arguments = [try ServerProgram.path(serverProgram), "query", "--from", store]
    if let netrc { arguments += ["--netrc", netrc] }
    guard let answer = try ServerProgram.answer(arguments, input: statement.text) else {
      throw Failure("\(store) can't be asked", advice: "the lines above say why", code: .input)
    }
    do throws(FleetStatement.Malformed) {
      return try statement.report(answer)
    } catch {
      throw Failure(
        "\(store) answered what can't be read",
        advice: "check that it is a ClickHouse, of version 18.16 or later",
        code: .damaged)
    }
  }
}

extension Report {
  /// A report of one row, a line for each of its columns.
  var transposed: Report {
    var report = Report(["what", "value"])
    for (column, value) in zip(columns, rows.first ?? []) { report.rows.append([.text(column), value]) }
    return report
  }
}
