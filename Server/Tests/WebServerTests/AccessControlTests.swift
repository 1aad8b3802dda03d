import Testing

@testable import WebServer

/// A reference, so that expectations may change it.
private final class Access {
  private var control: AccessControl

  init(permanent: String? = nil) { control = AccessControl(permanent: permanent) }

  var sessionCount: Int { control.sessionCount }

  func makeLink(now: Duration) -> String { control.makeLink(now: now) }
  func redeem(link: String, now: Duration) -> String? { control.redeem(link: link, now: now) }
  func isSession(_ token: String, now: Duration) -> Bool { control.isSession(token, now: now) }
  func isPermanent(_ token: String) -> Bool { control.isPermanent(token) }
}

@Suite struct AccessControlTests {
  @Test func `a link opens one session, once, within an hour`() throws {
    let access = Access()
    let link = access.makeLink(now: .zero)
    #expect(link.utf8.count == 64)
    let session = try #require(access.redeem(link: link, now: .seconds(3599)))
    #expect(session != link)
    #expect(access.redeem(link: link, now: .seconds(3599)) == nil)
    let late = access.makeLink(now: .zero)
    #expect(access.redeem(link: late, now: .seconds(3600)) == nil)
  }

  @Test func `a session ends after twelve hours`() throws {
    let access = Access()
    let session = try #require(access.redeem(link: access.makeLink(now: .zero), now: .zero))
    #expect(access.isSession(session, now: .seconds(12 * 3600 - 1)))
    #expect(!access.isSession(session, now: .seconds(12 * 3600)))
    #expect(access.sessionCount == 0)
  }

  @Test func `what is almost a token is none`() throws {
    let access = Access(permanent: String(repeating: "p", count: 32))
    let session = try #require(access.redeem(link: access.makeLink(now: .zero), now: .zero))
    for text in ["", String(session.dropLast()), session + "0", session.uppercased() + "0", " " + session] {
      #expect(!access.isSession(text, now: .zero), "\(text)")
      #expect(!access.isPermanent(text))
    }
    #expect(access.isPermanent(String(repeating: "p", count: 32)))
    #expect(!AccessControl().isPermanent(""))
  }

  @Test func `sessions and links are bounded, and the oldest makes room`() throws {
    let access = Access()
    let sessions = try (0...AccessControl.mostSessions).map { _ in
      try #require(access.redeem(link: access.makeLink(now: .zero), now: .zero))
    }
    #expect(access.sessionCount == AccessControl.mostSessions)
    #expect(!access.isSession(sessions[0], now: .zero))
    #expect(access.isSession(sessions[1], now: .zero))
    let links = (0...AccessControl.mostLinks).map { _ in access.makeLink(now: .zero) }
    #expect(access.redeem(link: links[0], now: .zero) == nil)
    #expect(access.redeem(link: links[1], now: .zero) != nil)
  }
}

@Suite struct GateTests {
  private let gate = Gate(hosts: HostNames(["proxy.example"]), isOpen: false, cookieName: "querent-session-1")

  private func verdict(_ head: Gate.Head, isOpen: Bool = false) -> Gate.Verdict {
    var access = AccessControl(permanent: String(repeating: "p", count: 32))
    return Gate(hosts: gate.hosts, isOpen: isOpen, cookieName: gate.cookieName).verdict(
      head, &access, now: .zero)
  }

  @Test(arguments: [
    "127.0.0.1", "127.0.0.1:8053", "localhost:8053", "LOCALHOST", "[::1]", "[::1]:8053", "proxy.example",
    "Proxy.Example:443",
  ])
  func `names of the server are admitted`(_ name: String) { #expect(gate.hosts.admit(name)) }

  @Test(arguments: [
    nil, "", "rebound.example", "127.0.0.1.rebound.example", "127.0.0.1:80:80", "127.0.0.1:", "127.0.0.1:x",
    "[::1]x",
    "[::1].example", "localhost.", "user@localhost", "127.0.0.2", "0.0.0.0",
  ])
  func `other names are not`(_ name: String?) { #expect(!gate.hosts.admit(name)) }

  @Test func `who can connect to the unix socket needs no token, but the name and the site are checked`() {
    let head = Gate.Head(method: "GET", path: "/api/v1/health", authority: "localhost")
    #expect(verdict(head, isOpen: true) == .answer)
    #expect(verdict(head) == .refuse(status: 401, reason: "unauthenticated"))
    var rebound = head
    rebound.authority = "rebound.example"
    #expect(verdict(rebound, isOpen: true) == .refuse(status: 421, reason: "host"))
    var foreign = head
    foreign.site = "cross-site"
    #expect(verdict(foreign, isOpen: true) == .refuse(status: 403, reason: "cross-site"))
  }

  @Test(arguments: [
    ("querent-session-1=abc", ["abc"]), ("a=b; querent-session-1=abc", ["abc"]),
    ("a=b;querent-session-1=abc; c=d", ["abc"]), ("querent-session-2=x; querent-session-1=abc", ["abc"]),
    ("querent-session-1=x; querent-session-1=abc", ["x", "abc"]), ("xquerent-session-1=abc", []),
    ("querent-session-1", []), ("", []), ("a=querent-session-1=abc", []),
  ])
  func `the sessions are found among cookies`(_ header: String, _ sessions: [String]) {
    #expect(gate.sessions(header) == sessions)
  }

  @Test func `a cookie that another port has set does not hide the session`() throws {
    var access = AccessControl()
    let link = access.makeLink(now: .zero)
    let redeemed = access.redeem(link: link, now: .zero)
    let session = try #require(redeemed)
    let cookies = "querent-session-1=x; querent-session-1=\(session)"
    var isValid = gate.hasSession(cookies, access: &access, now: .zero)
    #expect(isValid)
    isValid = gate.hasSession("querent-session-1=x", access: &access, now: .zero)
    #expect(!isValid)
  }

  @Test func `servers have cookies of their own`() {
    #expect(Set((0..<50).map { _ in Gate.makeCookieName() }).count == 50)
  }

  @Test func `a link on another site opens a view by way of the page, and nothing else`() {
    var head = Gate.Head(method: "GET", path: "/search", authority: "localhost", site: "cross-site")
    (head.mode, head.destination) = ("navigate", "document")
    #expect(verdict(head) == .askAgain)
    for change: (inout Gate.Head) -> Void in [
      { $0.method = "POST" }, { $0.mode = "no-cors" }, { $0.destination = "iframe" },
      { $0.path = "/api/v1/exchanges" }, { $0.path = "/metrics" }, { $0.mode = nil },
    ] {
      var other = head
      change(&other)
      #expect(verdict(other) == .refuse(status: 403, reason: "cross-site"))
    }
    head.path = "/login"
    #expect(verdict(head) == .askAgain)
  }

  @Test func `the address that the server listens at is one of its names`() {
    #expect(HostNames([], listeningAt: "192.0.2.2").admit("192.0.2.2:8053"))
    #expect(!HostNames([], listeningAt: "192.0.2.2").admit("192.0.2.3:8053"))
    #expect(HostNames([], listeningAt: "2001:db8::1").admit("[2001:db8::1]:8053"))
    for any in ["0.0.0.0", "::"] {
      let hosts = HostNames([], listeningAt: any)
      #expect(hosts.admit("192.0.2.3:8053") && hosts.admit("[2001:db8::1]") && hosts.admit("127.0.0.1"))
      // A name can be made to mean any address.
      for name in ["rebound.example", "192.0.2.3.rebound.example", "2001:db8::1", "[192.0.2.3]", "1", "[]"] {
        #expect(!hosts.admit(name), "\(name)")
      }
    }
  }
}
