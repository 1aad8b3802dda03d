import HostSystem
import Testing

@testable import ServerSandbox

@Suite("What querent-server may do")
struct ServerSandboxTests {
  private func rules(_ change: (inout ServerSandbox) -> Void = { _ in }) -> [String: Sandbox.Access] {
    var server = ServerSandbox(history: "/var/lib/querent")
    change(&server)
    return Dictionary(server.sandbox.rules.map { ($0.path, $0.access) }) { $0.union($1) }
  }

  @Test("Without an export it only reads, and connects nowhere")
  func readsOnly() {
    let rules = rules { $0.metricsFile = "/run/querent/querent.prom" }
    #expect(rules["/var/lib/querent"] == .read)
    #expect(rules["/run/querent"] == .read)
    #expect(rules["/etc"] == nil)
    #expect(rules.values.allSatisfy { $0 == .read })
    #expect(ServerSandbox(history: "/var/lib/querent").sandbox.connectsTo == [])
  }

  @Test("The socket's directory takes a socket, and nothing there is read or written")
  func socket() {
    #expect(rules { $0.socket = "/run/querent/http" }["/run/querent"] == [.makeSocket, .remove])
  }

  @Test("An export to an address writes its state, and reads nothing of /etc but the certificates")
  func export() {
    var server = ServerSandbox(history: "/var/lib/querent")
    server.stateDirectory = "/var/lib/querent-server"
    server.connectsTo = [9000, 8123]
    #expect(server.sandbox.connectsTo == [8123, 9000])
    let paths = server.sandbox.rules
    #expect(paths.contains(Sandbox.Rule("/var/lib/querent-server", [.read, .replace])))
    #expect(
      paths.filter { $0.path.hasPrefix("/etc/") }.map(\.path).sorted() == [
        "/etc/localtime", "/etc/pki", "/etc/ssl",
      ])
    #expect(!paths.contains { $0.path == "/etc" })
  }

  @Test("An export to a name may ask a resolver")
  func names() {
    var server = ServerSandbox(history: "/var/lib/querent")
    server.connectsTo = [8123]
    server.looksUpNames = true
    #expect(server.sandbox.connectsTo == [8123, 53])
    #expect(server.sandbox.rules.contains(Sandbox.Rule("/etc", .read)))
  }

  @Test("A process with several threads cannot enter it")
  func threads() {
    #expect(throws: ServerSandbox.Problem.self) { try ServerSandbox(history: "/nonexistent").enter() }
  }

  @Test("A directory that does not exist is named")
  func missing() {
    var server = ServerSandbox(history: "/nonexistent")
    server.metricsFile = "/tmp/querent.prom"
    #expect(server.missing == ["/nonexistent"])
  }
}
