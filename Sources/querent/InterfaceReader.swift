import HostSystem
import ProcFS
import TraceModel

/// Reads the names of interfaces from the system when their packets arrive.
struct InterfaceReader {
  private let names: InterfaceNames
  private let ownNamespace = ProcFS.inode("/proc/self/ns/net")
  /// When each was last read.
  private var asked: [Key: Timestamp] = [:]

  private struct Key: Hashable {
    var index: UInt32
    var networkNamespace: UInt32
  }

  /// Nanoseconds after which a name is read again: an interface may be renamed.
  private static let refreshInterval: Int64 = 1_000_000_000
  private static let most = 4096

  init(into names: InterfaceNames) { self.names = names }

  /// Sets the name of a packet's interface, unless that was done recently.
  mutating func note(_ header: PacketHeader, at now: Timestamp?) {
    guard header.interfaceIndex > 0, let now else { return }
    let key = Key(index: header.interfaceIndex, networkNamespace: header.networkNamespace)
    if let last = asked[key], now.nanoseconds(since: last) < Self.refreshInterval { return }
    if asked.count >= Self.most { asked = [:] }
    asked[key] = now
    names.set(name(of: key), for: key.index, key.networkNamespace)
  }

  private func name(of key: Key) -> String {
    // Loopback has index 1 in every namespace.
    if key.index == 1 { return "lo" }
    guard UInt64(key.networkNamespace) == ownNamespace else { return "if\(key.index)" }
    return NetworkInterfaces.name(of: key.index) ?? "if\(key.index)"
  }
}
