/// Who may ask: one-time links, and the sessions that they open. It has no clock of its own.
///
/// Tokens are 256 random bits. They are compared without stopping at the first difference.
struct AccessControl {
  private struct Grant {
    let token: [UInt8]
    let end: Duration
  }

  private var links: [Grant] = []
  private var sessions: [Grant] = []
  /// Of programs; it does not end.
  private let permanent: [UInt8]?

  static let sessionLength = Duration.seconds(12 * 3600)
  static let linkLength = Duration.seconds(3600)
  static let mostLinks = 8
  static let mostSessions = 32

  /// - Parameter permanent: the token of `--token-file`.
  init(permanent: String? = nil) { self.permanent = permanent.map { Array($0.utf8) } }

  /// - Parameter now: since any moment that stays the same.
  mutating func makeLink(now: Duration) -> String {
    Self.make(&links, most: Self.mostLinks, end: now + Self.linkLength, now)
  }

  /// Uses a link up; gives the token of a session, or nil when there is no such link any more.
  mutating func redeem(link token: String, now: Duration) -> String? {
    Self.expire(&links, now)
    let octets = Array(token.utf8)
    guard let place = links.firstIndex(where: { Self.isEqual($0.token, octets) }) else { return nil }
    links.remove(at: place)
    return Self.make(&sessions, most: Self.mostSessions, end: now + Self.sessionLength, now)
  }

  mutating func isSession(_ token: String, now: Duration) -> Bool {
    Self.expire(&sessions, now)
    let octets = Array(token.utf8)
    // All of them, so that the time says nothing about their order.
    return sessions.reduce(false) { Self.isEqual($1.token, octets) || $0 }
  }

  mutating func end(session token: String) {
    let octets = Array(token.utf8)
    sessions.removeAll { Self.isEqual($0.token, octets) }
  }

  func isPermanent(_ token: String) -> Bool {
    permanent.map { Self.isEqual($0, Array(token.utf8)) } ?? false
  }

  var sessionCount: Int { sessions.count }

  private static func make(_ grants: inout [Grant], most: Int, end: Duration, _ now: Duration) -> String {
    expire(&grants, now)
    // The oldest makes room.
    if grants.count >= most { grants.removeFirst() }
    var generator = SystemRandomNumberGenerator()
    let token = (0..<4).map { _ in
      let digits = String(UInt64.random(in: 0 ... .max, using: &generator), radix: 16)
      return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }.joined()
    grants.append(Grant(token: Array(token.utf8), end: end))
    return token
  }

  private static func expire(_ grants: inout [Grant], _ now: Duration) {
    grants.removeAll { $0.end <= now }
  }

  private static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    var difference: UInt8 = 0
    for place in left.indices { difference |= left[place] ^ right[place] }
    return difference == 0
  }
}
