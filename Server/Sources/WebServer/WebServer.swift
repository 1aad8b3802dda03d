import HistoryAPI
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
package import ServiceLifecycle
import Synchronization
package import SystemCalls
import UnixSignals

/// The server: its listeners, until a signal ends it.
package struct WebServer: Sendable {
  package struct Configuration: Sendable {
    package var history = "/var/lib/querent"
    package var metricsFile: String?
    package var version = ""
    /// Nil when only the unix socket is wanted.
    package var address: (host: String, port: Int)? = ("127.0.0.1", 8053)
    package var socket: UnixSocket?
    /// Names in the Host header besides those of the loopback interface.
    package var hostNames: [String] = []
    package var token: String?
    /// What runs beside the listeners, and what it adds to /metrics.
    package var services: [any Service] = []
    package var exposition: @Sendable () -> String = { "" }

    package init() {}
  }

  private let configuration: Configuration
  private let logger: Logger
  private let shared: Responder.Shared
  private let report: @Sendable (String) -> Void

  private static let mostConnections = 256
  private static let idleTime = TimeAmount.seconds(75)

  /// - Parameter report: takes each link, which nobody else may see.
  package init(
    _ configuration: Configuration, logger: Logger, report: @escaping @Sendable (String) -> Void
  ) {
    self.configuration = configuration
    self.logger = logger
    self.report = report
    shared = Responder.Shared(
      permanent: configuration.token, metricsFile: configuration.metricsFile,
      exposition: configuration.exposition)
  }

  package func run() async throws {
    let api = HistoryAPI(
      history: configuration.history, metricsFile: configuration.metricsFile, version: configuration.version)
    let hosts = HostNames(configuration.hostNames, listeningAt: configuration.address?.host)
    let cookieName = Gate.makeCookieName()
    var services = configuration.services
    if let address = configuration.address {
      let responder = Responder(
        api: api, gate: Gate(hosts: hosts, isOpen: false, cookieName: cookieName), shared: shared)
      services.append(
        listener(responder, .hostname(address.host, port: address.port)) { [shared, report] channel in
          let port = channel.localAddress?.port ?? address.port
          // A browser can't open 0.0.0.0.
          let name = HostNames.any.contains(address.host) ? "127.0.0.1" : address.host
          shared.origin.withLock { $0 = "http://\(name.contains(":") ? "[\(name)]" : name):\(port)" }
          if let link = shared.makeLink() { report(link) }
        })
      services.append(LinkRequests(shared: shared, report: report))
    }
    if let socket = configuration.socket {
      let responder = Responder(
        api: api, gate: Gate(hosts: hosts, isOpen: true, cookieName: cookieName), shared: shared)
      services.append(
        listener(responder, .unixDomainSocket(path: socket.path)) { [logger] _ in
          do throws(UnixSocket.Problem) {
            try socket.share()
          } catch {
            logger.error("\(error.description)")
          }
        })
    }
    let group = ServiceGroup(
      configuration: .init(
        services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
    defer { configuration.socket?.remove() }
    try await group.run()
    await shared.blocking.shutDown()
    await shared.exports.shutDown()
  }

  private func listener(
    _ responder: Responder, _ address: BindAddress, isRunning: @escaping @Sendable (any Channel) async -> Void
  ) -> some Service {
    Application(
      responder: CallbackResponder<BasicRequestContext> { request, _ in await responder.respond(to: request)
      },
      server: .http1(
        configuration: .init(
          additionalChannelHandlers: [RequestLimits()], idleTimeout: Self.idleTime,
          httpDecoderConfiguration: .init(
            maxHeaderFieldSize: 65536, maxHeaderListSize: 65536, maxHeaderFieldCount: 64))),
      configuration: ApplicationConfiguration(
        address: address,
        availableConnectionsDelegate: MaximumAvailableConnections(Self.mostConnections, logger: logger)),
      onServerRunning: isRunning, logger: logger)
  }
}

/// Makes another link for each SIGUSR1.
private struct LinkRequests: Service {
  let shared: Responder.Shared
  let report: @Sendable (String) -> Void

  func run() async throws {
    for await _ in await UnixSignalsSequence(trapping: .sigusr1).cancelOnGracefulShutdown() {
      if let link = shared.makeLink() { report(link) }
    }
  }
}
