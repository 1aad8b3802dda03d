package import HostSystem
import ProcFS
import SQLite

/// What querent-server may still do once it has read its options: read the history, listen, and send to its destinations.
public struct ServerSandbox: Sendable {
  /// The directory of the history; nil if none is read.
  public var history: String?
  /// What the trace counts; it is replaced by others.
  public var metricsFile: String?
  /// The path of the unix socket.
  public var socket: String?
  /// The directory with the cursors of the export.
  public var stateDirectory: String?
  /// The TCP port of the page; 0 for a free one.
  public var listensAt: UInt16?
  /// TCP ports of the destinations.
  public var connectsTo: Set<UInt16> = []
  /// Whether the destinations have names, which are looked up.
  public var looksUpNames = false

  public init(history: String? = nil) { self.history = history }

  public static var isRoot: Bool { CurrentProcess.isRoot }

  /// Directories that do not exist: if they are made later, they can't be read.
  public var missing: [String] { readDirectories.filter { !FileSystem.isDirectory($0) } }

  /// Why the sandbox cannot be entered.
  public struct Problem: Error, CustomStringConvertible {
    public let description: String
  }

  /// Restricts this thread, which must be the only one, and all that it starts. Nothing of it can be taken back.
  ///
  /// - Returns: what holds, and whether it is all.
  public func enter() throws(Problem) -> (report: String, isComplete: Bool) {
    guard ProcFS.numbers(in: "/proc/self/task").count <= 1 else {
      throw Problem(description: "threads run already, which the sandbox would not restrict")
    }
    // Under the sandbox no code can be loaded.
    do throws(SQLiteError) {
      if history != nil { try Database.load() }
    } catch {
      throw Problem(description: "\(error)")
    }
    if looksUpNames { Sandbox.loadNameModules() }
    let report = sandbox.apply()
    return (report.description, report.isComplete)
  }

  /// Tries what the sandbox should refuse; gives what was refused and what was not.
  public static func tryToLeave() -> (refused: [String], granted: [String]) { Sandbox.tryToLeave() }
}

extension ServerSandbox {
  /// Random numbers, time zones, the number of processors. libdispatch ends the process if it cannot read /proc/TID/stat of its threads;
  /// what /proc says of other processes' memory and environment is refused anyway.
  private static let always = [
    "/dev/urandom", "/etc/localtime", "/usr/share/zoneinfo", "/sys/devices/system/cpu", "/proc",
  ]
  /// Certificates; Debian's are links to the second.
  private static let certificates = [
    "/etc/ssl", "/usr/share/ca-certificates", "/usr/local/share/ca-certificates", "/usr/lib/ssl", "/etc/pki",
  ]
  /// All of /etc: resolv.conf and hosts are replaced by others while the server runs, and a rule for a file ends with it. Secrets there
  /// are not this user's. The others are what resolv.conf is a link to.
  private static let names = ["/etc", "/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager"]
  /// Of names, over TCP where an answer is large.
  private static let domain: UInt16 = 53

  private var readDirectories: [String] {
    [history, metricsFile.map(FileSystem.directory)].compactMap { $0 }
  }

  package var sandbox: Sandbox {
    var sandbox = Sandbox()
    sandbox.isServer = true
    var read = Self.always + readDirectories
    sandbox.connectsTo = connectsTo.sorted()
    if !connectsTo.isEmpty { read += Self.certificates }
    if looksUpNames {
      read += Self.names
      sandbox.connectsTo.append(Self.domain)
    }
    sandbox.rules = read.map { Sandbox.Rule($0, .read) }
    if let socket {
      sandbox.rules.append(Sandbox.Rule(FileSystem.directory(of: socket), [.makeSocket, .remove]))
    }
    if let stateDirectory { sandbox.rules.append(Sandbox.Rule(stateDirectory, [.read, .replace])) }
    sandbox.listensAt = listensAt.map { [$0] } ?? []
    return sandbox
  }
}
