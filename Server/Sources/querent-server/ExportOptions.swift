import ArgumentParser
import AsyncHTTPClient
import ExportBatches
import Exporter
import Foundation
import Logging
import NIOCore
import ServiceLifecycle

/// Where a history is sent.
struct ExportOptions: ParsableArguments {
  @Option(
    name: .customLong("export"),
    help: ArgumentHelp(
      """
      Send what is stored, and what will be, to another store: clickhouse=URL, elastic=URL or ndjson=URL; may be repeated. \
      Documentation/Fleet.md describes each.
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

  func validate() throws {
    guard exportInterval >= 0.1, exportInterval <= 3600 else {
      throw ValidationError("--export-interval is a number of seconds from 0.1 to 3600.")
    }
  }
}

/// The exporters of a server.
struct Export {
  fileprivate var exporters: [Exporter] = []
  fileprivate var client: HTTPClient?

  var services: [any Service] { exporters }

  var exposition: @Sendable () -> String {
    let exporters = exporters
    return { Exporter.exposition(of: exporters, now: Int64(Date().timeIntervalSince1970 * 1e9)) }
  }

  func shutDown() async { try? await client?.shutdown() }
}

extension ExportOptions {
  /// Makes an exporter for each destination, without a connection.
  func start(history: String, version: String, logger: Logger) throws -> Export {
    var export = Export()
    guard !destinations.isEmpty else { return export }
    let credentials = try credentials()
    var parsed: [Destination] = []
    for text in destinations {
      do throws(Destination.Problem) {
        parsed.append(try Destination(text))
      } catch {
        throw Failure(error.description, error.advice)
      }
    }
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow,
      timeout: .init(connect: .seconds(10), read: .seconds(60)))
    configuration.httpVersion = .http1Only
    let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    export.client = client
    do throws(ExportProblem) {
      for destination in parsed {
        if destination.isInClear {
          logger.warning("what is sent to \(destination.url) can be read on the way; use https, or a tunnel")
        }
        let queue = try ExportQueue(
          history: history, state: exportState, name: destination.name, destination.format)
        export.exporters.append(
          Exporter(
            destination, queue, credentials, client: client, interval: .seconds(exportInterval),
            version: version, logger: logger))
      }
    } catch {
      try? client.syncShutdown()
      throw Failure(error.description, error.advice)
    }
    return export
  }

  private func credentials() throws -> Credentials {
    guard let path = exportNetrc ?? ProcessInfo.processInfo.environment["QUERENT_EXPORT_NETRC"] else {
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
