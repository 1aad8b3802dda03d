import Foundation
import Lab
import Testing

/// The messages to the service manager, received by a real socket.
@Suite(.serialized, .enabled(if: Requirements.kernel, "\(Requirements.kernelReason)"))
struct ServiceTests {
  /// Prints every datagram to standard output, on one line.
  private static func manager(_ address: String) throws -> Running {
    let program = """
      import socket, sys
      manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
      manager.bind(sys.argv[1].replace("@", "\\0"))
      print("bound", file=sys.stderr, flush=True)
      while True: print(manager.recv(4096).decode().replace("\\n", " "), flush=True)
      """
    let manager = try Running(["python3", "-c", program, address])
    try manager.waitForError("bound")
    return manager
  }

  @Test(arguments: ["notify", "@querent-test-\(UUID().uuidString)"])
  func `systemd is told that the trace is ready, that it lives, and that it ends`(address: String) throws {
    let folder = try Folder()
    let address = address.hasPrefix("@") ? address : folder.path(address)
    let manager = try Self.manager(address)
    defer { manager.send(SIGKILL) }
    let trace = try Running(
      [Trace.command, "--format", "json", "--output", "/dev/null"],
      environment: ["NOTIFY_SOCKET": address, "WATCHDOG_USEC": "200000"])
    try manager.waitForOutput("READY=1 STATUS=Tracing (tier ")
    try manager.waitForOutput("WATCHDOG=1 STATUS=Tracing")
    trace.send(SIGTERM)
    #expect(trace.wait() == 0, "\(trace.errorText)")
    try manager.waitForOutput("STOPPING=1")
    #expect(manager.text.hasPrefix("READY=1 "))
  }

  @Test func `a watchdog for another process is not answered`() throws {
    let folder = try Folder()
    let manager = try Self.manager(folder.path("notify"))
    defer { manager.send(SIGKILL) }
    let trace = try Running(
      [Trace.command, "--format", "json", "--output", "/dev/null", "--duration", "1s"],
      environment: ["NOTIFY_SOCKET": folder.path("notify"), "WATCHDOG_USEC": "200000", "WATCHDOG_PID": "1"])
    #expect(trace.wait() == 0, "\(trace.errorText)")
    try manager.waitForOutput("STOPPING=1")
    #expect(!manager.text.contains("WATCHDOG=1"))
  }

  @Test func `a manager that is not there is reported, and the trace goes on`() throws {
    let folder = try Folder()
    let trace = try Running(
      [Trace.command, "--format", "json", "--output", "/dev/null", "--duration", "100ms"],
      environment: ["NOTIFY_SOCKET": folder.path("nobody")])
    #expect(trace.wait() == 0)
    #expect(trace.errorText.contains("can't connect to NOTIFY_SOCKET"))
  }
}
