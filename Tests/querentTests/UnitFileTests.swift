import Foundation
import Lab
import Testing

/// The units of systemd, with systemd's own programs.
struct UnitFileTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
    path: "../../Packaging/systemd"
  ).standardized.path

  @Test(arguments: [("querent.service", 30), ("querent-server.service", 15)])
  func `systemd-analyze finds no more exposure than`(unit: String, tenths: Int) throws {
    let run = try Running([
      "systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=\(tenths)",
      "\(Self.folder)/\(unit)",
    ])
    #expect(run.wait() == 0, "\(run.text)\(run.errorText)")
  }

  /// Programs and manuals that are not installed here are reported too; nothing else may be.
  @Test(arguments: ["querent.service", "querent-server.service"])
  func `systemd knows every directive of`(unit: String) throws {
    let run = try Running(["systemd-analyze", "verify", "--man=no", "\(Self.folder)/\(unit)"])
    run.wait()
    let complaints = run.errorText.split(separator: "\n").filter {
      $0.contains(unit) && !$0.contains("is not executable")
        && !$0.contains("Unit configuration has fatal error")
    }
    #expect(complaints.isEmpty, "\(complaints)")
  }

  @Test func `no directive is set twice, but for lists`() throws {
    for unit in ["querent.service", "querent-server.service"] {
      let lines = try String(contentsOfFile: "\(Self.folder)/\(unit)", encoding: .utf8).split(separator: "\n")
      let keys = lines.filter { !$0.hasPrefix("#") && $0.contains("=") }.map {
        String($0.prefix { $0 != "=" })
      }
      let repeated = Dictionary(grouping: keys) { $0 }.filter { $0.value.count > 1 }.keys
      #expect(Set(repeated).isSubset(of: ["SystemCallFilter"]), "\(unit): \(repeated)")
    }
  }
}

/// A trace with the restrictions of its unit, which are applied without systemd.
@Suite(.serialized, .enabled(if: Requirements.kernel, "\(Requirements.kernelReason)"))
struct RestrictedServiceTests {
  private let unit: [String]

  init() throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "../../Packaging/systemd/querent.service")
    unit = try String(contentsOf: path, encoding: .utf8).split(separator: "\n").map(String.init)
  }

  private func values(_ key: String) -> [String] {
    unit.filter { $0.hasPrefix("\(key)=") }.map { String($0.dropFirst(key.count + 1)) }
  }

  @Test func `with the capabilities of the unit it traces, stores a history and writes metrics`() throws {
    let namespace = try Namespace()
    let server = try namespace.startDnsmasq()
    defer { server.send(SIGTERM) }
    let folder = "/var/lib/querent-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let capabilities = try #require(values("CapabilityBoundingSet").first).split(separator: " ").map {
      "+" + $0.dropFirst(4).lowercased()
    }
    let log = "\(folder)/calls"
    let trace = try Running(
      [
        "setpriv", "--bounding-set=-all,\(capabilities.joined(separator: ","))", "--inh-caps=-all",
        "--no-new-privs",
      ]
        + [
          "strace", "-f", "-qq", "--signal=none", "-o", log, Trace.command, "watch", "--output", "/dev/null",
        ]
        // strace passes no signal on, so that it must end by itself.
        + ["--duration", "4s", "--history-directory", "\(folder)/history"]
        + ["--metrics", "\(folder)/querent.prom"])
    try trace.waitForError("ready")
    try namespace.start(["dig", "+tries=1", "@127.0.0.1", "unit.example.test"]).wait()
    #expect(trace.wait() == 0, "\(trace.errorText)")
    let history = try Running(
      [
        Trace.command, "history", "--directory", "\(folder)/history", "--name", "unit.example.test",
        "--format", "json",
      ])
    #expect(history.wait() == 0)
    #expect(history.text.contains("\"name\":\"dig\""), "\(history.text)")
    #expect(
      try String(contentsOfFile: "\(folder)/querent.prom", encoding: .utf8).contains("querent_build_info"))

    let allowed = try allowedCalls()
    let made = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").compactMap {
      (line) -> Substring? in
      // strace fills the column of the process with spaces.
      let call = line.drop(while: { $0.isNumber || $0 == " " })
      return call.contains("(") ? call.prefix(while: { $0 != "(" }) : nil
    }
    let calls = Set(
      made.map(String.init).filter { $0.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" } })
    #expect(calls.contains("landlock_restrict_self") && calls.contains("bpf"))
    #expect(calls.subtracting(allowed).isEmpty)
  }

  /// What the lines of SystemCallFilter allow, in their order.
  private func allowedCalls() throws -> Set<String> {
    var allowed = try Set(calls(of: "@default"))
    for line in values("SystemCallFilter") {
      let named = try line.drop { $0 == "~" }.split(separator: " ").flatMap { try calls(of: String($0)) }
      if line.hasPrefix("~") { allowed.subtract(named) } else { allowed.formUnion(named) }
    }
    return allowed
  }

  private func calls(of name: String) throws -> [String] {
    guard name.hasPrefix("@") else { return [name] }
    let run = try Running(["systemd-analyze", "syscall-filter", name])
    guard run.wait() == 0 else { throw LabError(run.errorText) }
    let names = run.text.split(separator: "\n").dropFirst().map { $0.trimmingCharacters(in: .whitespaces) }
    return try names.filter { !$0.isEmpty && !$0.hasPrefix("#") }.flatMap { try calls(of: $0) }
  }
}
