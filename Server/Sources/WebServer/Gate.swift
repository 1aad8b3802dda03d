/// Decides whether a request is answered, from its head alone.
struct Gate {
  let hosts: HostNames
  /// Whether those who can reach the listener may ask: a unix socket has owners and a mode.
  let isOpen: Bool

  struct Head {
    var method: String
    var path: String
    var authority: String?
    /// Sec-Fetch-Site, which browsers send and pages can't change.
    var site: String?
    var cookie: String?
    var authorization: String?
  }

  enum Verdict: Equatable {
    case answer
    /// The name of the refusal in the metrics.
    case refuse(status: Int, reason: String)
  }

  static let cookieName = "querent-session"
  /// Paths that say nothing about the history.
  static let publicPaths: Set<String> = ["/healthz", "/readyz", "/login"]

  func verdict(_ head: Head, _ access: inout AccessControl, now: Duration) -> Verdict {
    guard hosts.admit(head.authority) else { return .refuse(status: 421, reason: "host") }
    // A page of another origin must not cause requests, even those whose answer it can't read.
    if let site = head.site, site != "same-origin", site != "none" {
      return .refuse(status: 403, reason: "cross-site")
    }
    if Self.publicPaths.contains(head.path) || isOpen { return .answer }
    if let token = Self.bearer(head.authorization), access.isPermanent(token) { return .answer }
    if let token = Self.session(head.cookie), access.isSession(token, now: now) { return .answer }
    return .refuse(status: 401, reason: "unauthenticated")
  }

  static func bearer(_ header: String?) -> String? {
    guard let header, header.lowercased().hasPrefix("bearer ") else { return nil }
    return String(header.dropFirst(7))
  }

  /// The value of the session's cookie.
  static func session(_ header: String?) -> String? {
    for pair in (header ?? "").split(separator: ";") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2, parts[0].drop(while: { $0 == " " }) == cookieName { return String(parts[1]) }
    }
    return nil
  }
}
