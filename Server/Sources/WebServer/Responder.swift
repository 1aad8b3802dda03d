import HTTPTypes
import HistoryAPI
import Hummingbird
import NIOCore
import ServiceLifecycle
import Synchronization
import WebPage

/// Answers the requests of one listener.
struct Responder: Sendable {
  let api: HistoryAPI
  let gate: Gate
  let shared: Shared

  /// What all listeners have in common.
  final class Shared: Sendable {
    let access: Mutex<AccessControl>
    let counts = ServerCounts()
    let blocking = Blocking(threads: 4, most: 64)
    let exports = Blocking(threads: 2, most: 2)
    let metricsFile: String?
    /// What the services beside the listeners add to /metrics.
    let exposition: @Sendable () -> String
    /// Of links: `http://127.0.0.1:8053`; nil while no browser can reach the server.
    let origin = Mutex<String?>(nil)
    private let start = ContinuousClock.now

    init(
      permanent: String?, metricsFile: String?, exposition: @escaping @Sendable () -> String = { "" }
    ) {
      access = Mutex(AccessControl(permanent: permanent))
      self.exposition = exposition
      self.metricsFile = metricsFile
    }

    var now: Duration { ContinuousClock.now - start }

    /// A link that opens a session, once.
    func makeLink() -> String? {
      guard let origin = origin.withLock({ $0 }) else { return nil }
      let token = access.withLock { $0.makeLink(now: now) }
      return "\(origin)/login?token=\(token)"
    }
  }

  static let mostStreams = 16

  func respond(to request: Request) async -> Response {
    var response = await answer(request)
    // Connections are few, and those who have no session shall not keep them.
    if response.status == .unauthorized || Gate.publicPaths.contains(request.uri.path) {
      response.headers[.connection] = "close"
    }
    for field in Self.headers where response.headers[field.name] == nil { response.headers.append(field) }
    shared.counts.count(status: response.status.code)
    return response
  }

  private func answer(_ request: Request) async -> Response {
    let path = request.uri.path
    let head = Gate.Head(
      method: request.method.rawValue, path: path, authority: request.head.authority,
      site: Self.site.flatMap { request.headers[$0] }, mode: Self.mode.flatMap { request.headers[$0] },
      destination: Self.destination.flatMap { request.headers[$0] }, cookie: request.headers[.cookie],
      authorization: request.headers[.authorization])
    let verdict = shared.access.withLock { gate.verdict(head, &$0, now: shared.now) }
    switch verdict {
    case .answer: break
    case .askAgain: return Self.again
    case .refuse(let status, let reason):
      shared.counts.count(refusal: reason)
      return Self.refusal(status, path)
    }
    if path == "/api/v1/links" {
      return request.method == .post
        ? link() : Self.problem(405, "This method is not offered", "Use POST", [.allow: "POST"])
    }
    guard request.method == .get || request.method == .head else {
      return Self.problem(405, "This method is not offered", "Use GET", [.allow: "GET, HEAD"])
    }
    switch path {
    case "/healthz": return Self.text("ok\n")
    case "/readyz": return await readiness()
    case "/login": return login(request)
    case "/metrics": return await metrics()
    default: break
    }
    if path == "/api/v1/openapi.json", let file = PageFile.all["openapi.json"] {
      return Self.file(file, request)
    }
    if let route = Route(path) { return await answer(route, request) }
    if Self.isPage(path), let file = PageFile.all["index.html"] {
      return Self.file(file, request)
    }
    if let file = PageFile.all[String(path.dropFirst())], file.name != "openapi.json" {
      return Self.file(file, request)
    }
    return Self.problem(404, "There is nothing at this path", "The page is at /, the API at /api/v1")
  }

  /// Whether it is a path of the page, whose state is in the URL.
  static func isPage(_ path: String) -> Bool { path == "/" || views.contains(path) }

  private static let views: Set<String> = ["/live", "/search", "/overview", "/process", "/health"]
}

// MARK: The API

extension Responder {
  private func answer(_ route: Route, _ request: Request) async -> Response {
    let (api, query) = (api, request.uri.query ?? "")
    do {
      switch route {
      case .live: return try await live(request, query)
      case .export: return try await export(query)
      default:
        return Self.response(try await shared.blocking.run { api.reply(to: route, query: query) })
      }
    } catch let problem as APIProblem {
      return Self.response(APIReply(problem: problem))
    } catch {
      return Self.problem(
        503, "The server has too much to do", "Ask again in a moment", [.retryAfter: "2"])
    }
  }

  private func live(_ request: Request, _ query: String) async throws -> Response {
    let api = api
    let feed = try await shared.blocking.run { try LiveFeed(api, query: query) }
    guard shared.counts.beginStream(most: Self.mostStreams) else { throw Blocking.Busy() }
    let cookie = request.headers[.cookie]
    let (shared, gate, isOpen) = (
      shared, gate, gate.isOpen || Gate.bearer(request.headers[.authorization]) != nil
    )
    let body = ResponseBody { writer in
      defer { shared.counts.endStream() }
      var feed = feed
      // Browsers wait this long before they connect again.
      try await writer.write(ByteBuffer(string: "retry: 2000\n\n"))
      while !Task.isCancelled, !Task.isShuttingDownGracefully {
        let isAdmitted = shared.access.withLock {
          isOpen || gate.hasSession(cookie, access: &$0, now: shared.now)
        }
        guard isAdmitted else { break }
        let event: [UInt8]
        (event, feed) = try await shared.blocking.run { [feed] in
          var feed = feed
          return (feed.next(), feed)
        }
        try await writer.write(ByteBuffer(bytes: event))
        try await Task.sleep(for: .seconds(1))
      }
      try await writer.finish(nil)
    }
    return Response(status: .ok, headers: [.contentType: "text/event-stream"], body: body)
  }

  private func export(_ query: String) async throws -> Response {
    let api = api
    let export = try await shared.blocking.run { try HistoryExport(api, query: query) }
    guard shared.counts.beginStream(most: Self.mostStreams) else { throw Blocking.Busy() }
    let shared = shared
    let body = ResponseBody { writer in
      defer { shared.counts.endStream() }
      let queue = PieceQueue()
      // A thread of its own, which waits for a slow reader.
      async let reading: Void = {
        // Also if there is no thread for it.
        defer { queue.finish() }
        try await shared.exports.run { try export.run { queue.put($0) } }
      }()
      do {
        while let piece = await queue.next() { try await writer.write(ByteBuffer(bytes: piece)) }
      } catch {
        queue.cancel()
        throw error
      }
      // What went wrong in the middle of a file ends the connection, so that the file is not taken for a whole one.
      try await reading
      try await writer.finish(nil)
    }
    return Response(
      status: .ok,
      headers: [
        .contentType: export.format.mediaType,
        .contentDisposition: "attachment; filename=\"\(export.fileName)\"",
      ], body: body)
  }
}

// MARK: The server itself

extension Responder {
  private func login(_ request: Request) -> Response {
    // What looks at links before a person opens them asks for heads.
    guard request.method == .get else { return Self.text("") }
    let token = request.uri.queryParameters["token"].map(String.init) ?? ""
    guard let session = shared.access.withLock({ $0.redeem(link: token, now: shared.now) }) else {
      let cookies = request.headers[.cookie]
      if shared.access.withLock({ gate.hasSession(cookies, access: &$0, now: shared.now) }) {
        return Response(status: .seeOther, headers: [.location: "/"])
      }
      shared.counts.count(refusal: "link")
      return Self.refusal(401, "/login")
    }
    let seconds = AccessControl.sessionLength.components.seconds
    return Response(
      status: .seeOther,
      headers: [
        .location: "/",
        .setCookie:
          "\(gate.cookieName)=\(session); HttpOnly; SameSite=Strict; Path=/; Max-Age=\(seconds)",
      ])
  }

  private func link() -> Response {
    guard let link = shared.makeLink() else {
      return Self.problem(
        409, "No browser can reach the server", "Start it with an address, not only with --socket")
    }
    return Self.response(.created, "application/json", Array("{\"link\":\"\(link)\"}\n".utf8))
  }

  private func readiness() async -> Response {
    let api = api
    let problem = try? await shared.blocking.run { api.problem.map { [$0] } ?? [] }
    return problem?.isEmpty == true ? Self.text("ready\n") : Self.text("not ready\n", .serviceUnavailable)
  }

  private func metrics() async -> Response {
    let path = shared.metricsFile
    let trace = try? await shared.blocking.run { path.flatMap(HistoryAPI.metrics) ?? [] }
    let sessions = shared.access.withLock { $0.sessionCount }
    return Self.response(
      .ok, "text/plain; version=0.0.4; charset=utf-8",
      (trace ?? []) + Array((shared.counts.exposition(sessions: sessions) + shared.exposition()).utf8))
  }
}
