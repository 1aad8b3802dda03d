import Foundation
import Lab
import Testing

/// `--metrics` on the real kernel, where something fails.
@Suite(.serialized, .enabled(if: Requirements.kernel, "\(Requirements.kernelReason)"))
struct MetricsLiveTests {
  private let folder: Folder
  private var path: String { folder.path("querent.prom") }

  init() throws { folder = try Folder() }

  private func metrics() throws -> Exposition {
    try Exposition(String(contentsOfFile: path, encoding: .utf8))
  }

  /// Sends queries to a port that nobody has; each socket is another one.
  private static let queries = """
    import socket, struct
    for n in range(20):
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.bind(("127.0.0.1", 0))
        s.sendto(struct.pack(">6H", n, 0x100, 1, 0, 0, 0) + b"\\4name\\4test\\0\\0\\1\\0\\1", ("127.0.0.2", 53))
    """

  @Test func `owners that the kernel has no memory for are counted in the ledger and in the metrics`() throws
  {
    let namespace = try Namespace()
    // Socket storage is charged to the socket, which may have this many octets (Linux 6.8: of each namespace).
    let limit = "/proc/sys/net/core/optmem_max"
    let set = try namespace.startWithHostFiles(["sh", "-c", "echo 1 >\(limit)"])
    #expect(set.wait() == 0, "\(set.errorText)")
    let trace = try Trace(["--format", "json", "--timeout", "1s", "--metrics", path])
    let client = try namespace.python(Self.queries)
    #expect(client.wait() == 0, "\(client.errorText)")
    #expect(trace.interrupt() == 0)
    let counted = try #require(
      trace.running.errorText.firstMatch(of: /(\d+) owners not stored \(no memory\)/)?.1,
      "\(trace.running.errorText)")
    let (number, written) = (Double(counted), try metrics().sum("querent_owners_not_stored_total"))
    #expect(number == written && written >= 20)
    // Who sends is known nevertheless.
    let records = try trace.records(of: namespace)
    #expect(records.count == 20 && records.allSatisfy { $0[integer: "process.pid"] == Int(client.pid) })
  }

  @Test func `run times are counted only if they were asked for, since every BPF program pays for them`()
    throws
  {
    let trace = try Trace(["--format", "json", "--metrics", path])
    #expect(trace.interrupt() == 0)
    #expect(try !metrics().families.contains { $0.name.hasPrefix("querent_bpf") })
  }

  @Test func `what a full disk loses is the same in the metrics and in the report`() throws {
    let mounted = folder.path("mounted")
    try FileManager.default.createDirectory(atPath: mounted, withIntermediateDirectories: false)
    let trace = try Running([
      "unshare", "--mount", "sh", "-c",
      "mount -t tmpfs -o size=16k none '\(mounted)' && exec '\(Trace.command)' --format json --timeout 1s "
        + "--output '\(mounted)/full.json' --also keyvalue:'\(folder.path("whole"))' --metrics '\(path)'",
    ])
    try trace.waitForError("ready")
    let namespace = try Namespace()
    let client = try namespace.python(Self.queries.replacing("range(20)", with: "range(200)"))
    #expect(client.wait() == 0, "\(client.errorText)")
    trace.send(SIGINT)
    #expect(trace.wait() == 74, "\(trace.errorText)")
    let said = try #require(
      trace.errorText.firstMatch(of: /full\.json: (\d+) = (\d+) shown \+ (\d+) lost/)?.output)
    let (received, shown, lost) = (Double(said.1), Double(said.2), Double(said.3))
    let metrics = try metrics()
    let output = ["output": "json:\(mounted)/full.json"]
    func results(_ result: String) -> Double {
      metrics.sum("querent_output_messages_total", output.merging(["result": result]) { $1 })
    }
    #expect(metrics.sum("querent_output_messages_received_total", output) == received)
    #expect(results("written") == shown && results("unwritten") == lost && results("filtered") == 0)
    #expect(metrics.sum("querent_lost_total", ["stage": "output"]) == lost)
    #expect(metrics.sum("querent_output_messages_queued") == 0)
    #expect(received ?? 0 >= 200 && shown ?? 0 > 0 && lost ?? 0 > 100)
    // The other output has everything.
    let whole = ["output": "keyvalue:\(folder.path("whole"))", "result": "written"]
    #expect(metrics.sum("querent_output_messages_total", whole) == received)
  }
}
