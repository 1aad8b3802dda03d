import ArgumentParser
import AsyncHTTPClient
import ExportBatches
import Exporter
import Foundation
import Logging
import NIOCore
import ServiceLifecycle
import UnixSignals

/// Where a history is sent.
struct ExportOptions: ParsableArguments {
  @Option(
    name: .customLong("export"),
    help: ArgumentHelp(
      """
      Send what is stored, and what will be, to another store: clickhouse=URL, otlp=URL, otlp-json=URL, elastic=URL or ndjson=URL; \
      may be repeated. Documentation/Fleet.md describes each.
      """, valueName: "kind=url"))
  var destinations: [String] = []

  @Option(
    help: ArgumentHelp(
      "Where to keep how far each destination has got; a directory of this user alone.",
      valueName: "directory"
    ))
  var exportState = "/var/lib/querent-server"

  @Option(
    help: ArgumentHelp(
      """
      A file in netrc's format with the users and passwords of the destinations, which nobody else may read. An entry without \
      login is a token. The environment variable QUERENT_EXPORT_NETRC names it too.
      """, valueName: "file"))
  var exportNetrc: String?

  @Option(
    help: ArgumentHelp(
      "How long exchanges are collected before they are sent, in seconds.", valueName: "seconds"))
  var exportInterval: Double = 5

  @Option(help: ArgumentHelp("How long after a refusal it is tried again, in seconds.", visibility: .hidden))
  var exportRetry: Double = 300

  func validate() throws {
    guard exportRetry >= 0.1, exportRetry <= 86_400 else {
      throw ValidationError("--export-retry is a number of seconds from 0.1 to 86400.")
    }
    guard exportInterval >= 0.1, exportInterval <= 3600 else {
      throw ValidationError("--export-interval is a number of seconds from 0.1 to 3600.")
    }
  }
}

/// What is sent where, before anything runs.
struct ExportPlan {
  fileprivate var queues: [(destination: Destination, queue: ExportQueue)] = []
  fileprivate var credentials = Credentials()
  fileprivate var pauses = Exporter.Pauses()

  var isEmpty: Bool { queues.isEmpty }

  var ports: Set<UInt16> { Set(queues.map(\.destination.port)) }

  /// Whether a destination has a name in place of an address.
  var hasNames: Bool {
    queues.contains(where: \.destination.hasName)
  }

  /// Starts the threads of the exporters, without a connection.
  func start(version: String, logger: Logger) -> Export {
    guard !queues.isEmpty else { return Export() }
    let client = HTTPClient.forDestinations(longestRead: .seconds(60))
    let exporters = queues.map { destination, queue in
      if destination.isInClear {
        logger.warning("what is sent to \(destination.url) can be read on the way; use https, or a tunnel")
      }
      return Exporter(
        destination, queue, credentials, client: client, pauses: pauses, version: version, logger: logger)
    }
    return Export(exporters: exporters, client: client)
  }
}

/// The exporters of a server.
struct Export {
  fileprivate var exporters: [Exporter] = []
  fileprivate var client: HTTPClient?

  var services: [any Service] {
    // In a terminal this signal says that it has gone.
    guard !exporters.isEmpty, isatty(STDIN_FILENO) == 0 else { return exporters }
    return exporters + [Attempts(exporters: exporters)]
  }

  var exposition: @Sendable () -> String {
    let exporters = exporters
    return { Exporter.exposition(of: exporters, now: Int64(Date().timeIntervalSince1970 * 1e9)) }
  }

  func shutDown() async { try? await client?.shutdown() }
}

/// Tries every destination at once for each SIGHUP.
private struct Attempts: Service {
  let exporters: [Exporter]

  func run() async throws {
    for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
      for exporter in exporters { exporter.tryAgain() }
    }
  }
}

extension ExportOptions {
  /// Reads the credentials and the cursors, and starts no thread.
  func plan(history: String) throws -> ExportPlan {
    var plan = ExportPlan()
    plan.pauses.interval = .seconds(exportInterval)
    plan.pauses.refusal = .seconds(exportRetry)
    guard !destinations.isEmpty else { return plan }
    plan.credentials = try Credentials.read(exportNetrc)
    let parsed = try destinations.map(Destination.read)
    do throws(ExportProblem) {
      for destination in parsed {
        let queue = try ExportQueue(
          history: history, state: exportState, name: destination.name, destination.format)
        plan.queues.append((destination, queue))
      }
    } catch {
      throw Failure(error.description, error.advice)
    }
    return plan
  }
}

extension Destination {
  /// An option's value.
  static func read(_ text: String) throws -> Destination {
    do throws(Destination.Problem) {
      return try Destination(text)
    } catch {
      throw Failure(error.description, error.advice)
    }
  }
}

extension Credentials {
  /// - Parameter path: of a file in netrc's format; if nil, the environment may name one.
  static func read(_ path: String?) throws -> Credentials {
    guard let path = path ?? ProcessInfo.processInfo.environment["QUERENT_EXPORT_NETRC"] else {
      return Credentials()
    }
    let text = try PrivateFile.text(path)
    guard let credentials = Credentials(netrc: text) else {
      throw Failure(
        "\(path) is not in netrc's format", "write lines like: machine HOST login USER password PASSWORD")
    }
    return credentials
  }
}

extension HTTPClient {
  /// Follows no redirection: another host is not what was named.
  static func forDestinations(longestRead: TimeAmount) -> HTTPClient {
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow, timeout: .init(connect: .seconds(10), read: longestRead))
    configuration.httpVersion = .http1Only
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }
}
