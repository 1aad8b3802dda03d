import ArgumentParser
import Foundation
import HistoryAPI
import Logging
import NIOCore
import ServerSandbox
import SystemCalls
import WebServer

/// `querent-server`: serves the page and its API from a history.
@main
struct QuerentServer: ParsableCommand {
  static let version = HistoryAPI.softwareVersion

  static let configuration = CommandConfiguration(
    commandName: "querent-server",
    abstract: "Show the history of a host in a browser, and answer questions about it over HTTP.",
    discussion: """
      It reads what `querent --history` has written, and never the kernel. It needs no privileges: run it as a user of the group \
      querent. At the start it prints a link that works once; whoever opens it has a session of 12 hours. SIGUSR1 prints another.

        querent serve                              # the trace and this server together
        querent-server --history-directory /var/lib/querent
        querent-server --socket /run/querent/http  # for programs and proxies of the same host

      It listens on 127.0.0.1 only. Another address needs --token-file, because then others can reach it; HTTP is not encrypted, so \
      put a proxy with TLS in front, or use ssh -L 8053:127.0.0.1:8053.

      When it has read its options, it gives up all that it does not need: it can only read the history, listen, and connect to the ports \
      of its destinations. It does not run as root. Documentation/Server.md has more.

      With --export, SIGHUP sends at once what waits, also to a destination that has refused it; in a terminal it ends the server.
      """,
    version: "querent-server \(version)",
    subcommands: [Query.self])

  @Option(help: ArgumentHelp("The directory of the history.", valueName: "directory"))
  var historyDirectory = "/var/lib/querent"

  @Option(
    help: ArgumentHelp(
      "What the trace writes with --metrics: the page shows its ledger, /metrics has all.", valueName: "file")
  )
  var metricsFile: String?

  @Option(help: ArgumentHelp("Where to listen; none for only a unix socket.", valueName: "address:port"))
  var listen = "127.0.0.1:8053"

  @Option(
    help: ArgumentHelp(
      "Also listen at a unix socket, without tokens: its mode says who may connect.", valueName: "path"))
  var socket: String?

  @Option(
    help: ArgumentHelp("The group that may connect to --socket, besides this user.", valueName: "group"))
  var socketGroup: String?

  @Option(
    help: ArgumentHelp(
      "Also answer to this name in the Host header, for a proxy in front; may be repeated.", valueName: "name"
    ))
  var host: [String] = []

  @Option(
    help: ArgumentHelp(
      "A file with a token of at least 32 characters, which programs send as Authorization: Bearer.",
      valueName: "file"))
  var tokenFile: String?

  @OptionGroup(title: "Export") var export: ExportOptions

  @Flag(help: "Do not restrict files, ports and system calls; also allows root.")
  var noSandbox = false

  @Flag(help: "Enter the sandbox, try to leave it, say what was refused, and end.")
  var checkSandbox = false

  @Flag(help: ArgumentHelp("End when nobody reads standard output any more.", visibility: .hidden))
  var untilOutputCloses = false

  /// The sandbox holds for this thread and those that it starts: until then there is no other.
  func run() throws {
    guard noSandbox || !ServerSandbox.isRoot else {
      throw Failure(
        "querent-server does not run as root",
        "run it as another user: setpriv --reuid=querent --regid=querent --init-groups querent-server …; or use querent serve"
      )
    }
    UnixSocket.protectNewFiles()
    let configuration = try configuration()
    let plan = try export.plan(history: historyDirectory)
    guard configuration.address != nil || configuration.socket != nil || !plan.isEmpty else {
      throw Failure("there is nowhere to listen", "give --listen, --socket or --export")
    }
    if !noSandbox { try confine(configuration, plan) }
    if checkSandbox { return try reportAttempts() }
    if untilOutputCloses { OutputWatch.start() }
    try blocking { try await serve(configuration, plan) }
  }

  private func serve(_ configuration: WebServer.Configuration, _ plan: ExportPlan) async throws {
    var configuration = configuration
    var logger = Logger(label: "querent-server") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = .notice
    let exporters = plan.start(version: Self.version, logger: logger)
    configuration.services = exporters.services
    configuration.exposition = exporters.exposition
    logger.logLevel = .warning
    let server = WebServer(configuration, logger: logger) { link in
      FileHandle.standardOutput.write(Data("\(link)\n".utf8))
    }
    do {
      try await server.run()
      await exporters.shutDown()
    } catch {
      await exporters.shutDown()
      throw failure(error)
    }
  }

  private func failure(_ error: any Error) -> Failure {
    let places = ([listen] + [socket].compactMap { $0 }).joined(separator: " and ")
    switch (error as? IOError)?.errnoCode {
    case EADDRINUSE: return Failure("another program listens at \(places)", "give another port with --listen")
    case EADDRNOTAVAIL:
      return Failure("this host has no address \(listen)", "give one of its own with --listen")
    case EACCES, EPERM:
      return Failure(
        "this user may not listen at \(places)",
        "give a port from 1024 on, and for a socket a directory in which this user may write")
    default: return Failure("the server could not go on: \(error)", "check \(places)")
    }
  }

  private func configuration() throws -> WebServer.Configuration {
    var configuration = WebServer.Configuration()
    configuration.history = historyDirectory
    configuration.metricsFile = metricsFile
    configuration.version = Self.version
    configuration.hostNames = host
    configuration.address = listen == "none" ? nil : try Self.address(listen)
    if let tokenFile { configuration.token = try Self.token(tokenFile) }
    if let address = configuration.address, !Self.loopback.contains(address.host), configuration.token == nil
    {
      throw Failure(
        "\(listen) can be reached by others, and no token is set", "give --token-file, or listen on 127.0.0.1"
      )
    }
    if let socket {
      do {
        configuration.socket = try UnixSocket(socket, group: socketGroup)
      } catch {
        throw Failure(error.description, error.advice)
      }
    }
    return configuration
  }

  private static let loopback: Set<String> = ["127.0.0.1", "::1"]

  private static func address(_ text: String) throws -> (host: String, port: Int) {
    guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
      (0...65535).contains(port)
    else { throw Failure("\(text) is no address", "give an address and a port: 127.0.0.1:8053, [::1]:8053") }
    var host = String(text[..<colon])
    if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
    // Names would be looked up under the sandbox.
    if host == "localhost" { host = "127.0.0.1" }
    guard (try? SocketAddress(ipAddress: host, port: port)) != nil else {
      throw Failure("\(text) has no address", "give one: 127.0.0.1:8053, [::1]:8053")
    }
    return (host, port)
  }

  private static func token(_ path: String) throws -> String {
    let token = try PrivateFile.text(path, most: 1024).trimmingCharacters(in: .whitespacesAndNewlines)
    guard token.utf8.count >= 32, token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
      throw Failure(
        "\(path) holds no token", "write 32 or more letters and digits: openssl rand -hex 32 > \(path)")
    }
    return token
  }
}

/// What failed, and what to do.
struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ what: String, _ advice: String) { description = "\(what)\n  \(advice)" }
}
