/// Decides whether a request is answered, from its head alone.
struct Gate {
  let hosts: HostNames
  /// Whether those who can reach the listener may ask: a unix socket has owners and a mode.
  let isOpen: Bool
  /// Of the session. Browsers send the cookies of one address to all its ports, so each server has a name of its own.
  let cookieName: String

  /// `querent-session-` and eight random digits.
  static func makeCookieName() -> String {
    let digits = String(UInt32.random(in: 0 ... .max), radix: 16)
    return "querent-session-" + String(repeating: "0", count: 8 - digits.utf8.count) + digits
  }

  struct Head {
    var method: String
    var path: String
    var authority: String?
    /// Sec-Fetch-Site, which browsers send and pages can't change.
    var site: String?
    /// Sec-Fetch-Mode and Sec-Fetch-Dest: `navigate` to a `document` when a person opens a link.
    var mode: String?
    var destination: String?
    var cookie: String?
    var authorization: String?
  }

  enum Verdict: Equatable {
    case answer
    /// A link on another page led here, and the browser sends no cookie with it: the page itself has to ask again.
    case askAgain
    /// The name of the refusal in the metrics.
    case refuse(status: Int, reason: String)
  }

  /// Paths that say nothing about the history.
  static let publicPaths: Set<String> = ["/healthz", "/readyz", "/login"]

  func verdict(_ head: Head, _ access: inout AccessControl, now: Duration) -> Verdict {
    guard hosts.admit(head.authority) else { return .refuse(status: 421, reason: "host") }
    // A page of another origin must not cause requests, even those whose answer it can't read.
    if let site = head.site, site != "same-origin", site != "none" {
      return isLink(head) ? .askAgain : .refuse(status: 403, reason: "cross-site")
    }
    if Self.publicPaths.contains(head.path) || isOpen { return .answer }
    if let token = Self.bearer(head.authorization), access.isPermanent(token) { return .answer }
    if hasSession(head.cookie, access: &access, now: now) { return .answer }
    return .refuse(status: 401, reason: "unauthenticated")
  }

  /// Whether one of the session's cookies is valid: another server of this address can set one of the same name.
  func hasSession(_ cookies: String?, access: inout AccessControl, now: Duration) -> Bool {
    sessions(cookies).contains { access.isSession($0, now: now) }
  }

  /// Whether a person opens a view by a link. The answer has nothing of the history.
  private func isLink(_ head: Head) -> Bool {
    head.method == "GET" && head.mode == "navigate" && head.destination == "document"
      && (Responder.isPage(head.path) || head.path == "/login")
  }

  static func bearer(_ header: String?) -> String? {
    guard let header, header.lowercased().hasPrefix("bearer ") else { return nil }
    return String(header.dropFirst(7))
  }

  /// The values of the session's cookies.
  func sessions(_ header: String?) -> [String] {
    (header ?? "").split(separator: ";").compactMap { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, parts[0].drop(while: { $0 == " " }) == cookieName else { return nil }
      return String(parts[1])
    }
  }
}
