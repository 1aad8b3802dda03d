import Bytes
import Correlation
import DNSWire
import Formats
import PacketDecoding
import TraceModel

/// What the exchanges are grouped by.
package enum Grouping: String, CaseIterable, Sendable {
  case process, name, domain, server, user, container, rcode

  /// What stands above the groups.
  var title: String {
    switch self {
    case .process: "PROCESS"
    case .name: "NAME"
    case .domain: "REGISTERED DOMAIN"
    case .server: "SERVER"
    case .user: "USER"
    case .container: "CONTAINER"
    case .rcode: "RESPONSE CODE"
    }
  }

  /// How many groups are counted at a time; the others share their places (see `FrequentKeys`).
  var capacity: Int {
    switch self {
    case .name, .domain: 1024
    case .process, .server: 512
    case .container: 256
    case .user: 128
    case .rcode: 64
    }
  }

  /// By what an opened group is divided.
  var details: (first: Grouping, second: Grouping) {
    switch self {
    case .process, .user, .container: (.name, .server)
    case .name: (.process, .server)
    case .domain, .server, .rcode: (.name, .process)
    }
  }

  /// Its place among all.
  var index: Int {
    switch self {
    case .process: 0
    case .name: 1
    case .domain: 2
    case .server: 3
    case .user: 4
    case .container: 5
    case .rcode: 6
    }
  }
}

// MARK: Which group an exchange is in

extension Grouping {
  /// Identifies a group of this grouping: a hash of 64 bits under this process's key, so that no name is kept to compare.
  func key(of exchange: borrowing Exchange, _ suffixes: PublicSuffixList) -> UInt64 {
    var hash = KeyedHash.empty
    switch self {
    case .process:
      if let name = exchange.attribution.owner?.name, !name.isEmpty { name.hash(into: &hash) }
    case .name: exchange.question?.qname.hash(into: &hash)
    case .domain:
      if let name = exchange.question?.qname { suffixes.registeredDomain(of: name).hash(into: &hash) }
    case .server:
      if let server = exchange.server {
        hash.combine(server.address.high)
        hash.combine(server.address.low)
        hash.combine(UInt64(server.port) << 8 | UInt64(server.address.family.rawValue))
      } else if let service = exchange.first?.service {
        hash.combine(service.rawValue.utf8.span)
      }
    case .user: if let user = exchange.attribution.owner?.credentials.uid { hash.combine(UInt64(user)) }
    case .container:
      if let container = exchange.attribution.details?.container { hash.combine(container.id.utf8.span) }
    case .rcode: if let code = exchange.answer?.responseCode { hash.combine(UInt64(code.rawValue)) }
    }
    return hash.finish()
  }

  /// The group's name, safe for a terminal.
  func label(
    of exchange: borrowing Exchange, _ suffixes: PublicSuffixList, _ names: TableFormat.Names
  ) -> String {
    switch self {
    case .process:
      guard let name = exchange.attribution.owner?.name, !name.isEmpty else { return "(unknown)" }
      return .escaping(name)
    case .name:
      guard let name = exchange.question?.qname else { return "(no question)" }
      return name.text(names)
    case .domain:
      guard let name = exchange.question?.qname else { return "(no question)" }
      return suffixes.registeredDomain(of: name).text(names)
    case .server:
      guard let server = exchange.server else { return exchange.first?.service.rawValue ?? "(unknown)" }
      if server.port == 53 { return server.address.description }
      return server.address.family == .v6
        ? "[\(server.address)]:\(server.port)" : "\(server.address):\(server.port)"
    case .user:
      guard let user = exchange.attribution.owner?.credentials.uid, user != Credentials.unknownID else {
        return "(unknown)"
      }
      return exchange.attribution.details?.user.map { .escaping($0.utf8) } ?? "uid \(user)"
    case .container:
      guard let container = exchange.attribution.details?.container else { return "(none)" }
      return .escaping(container.shortName.utf8)
    case .rcode: return exchange.answer?.responseCode.mnemonic ?? "(no answer)"
    }
  }
}

extension Container {
  /// The pod with its namespace, else the container's own name, else the start of its id.
  fileprivate var shortName: String {
    if let pod = metadata.pod { return metadata.namespace.map { "\($0)/\(pod)" } ?? pod }
    return metadata.name ?? String(id.prefix(12))
  }
}

extension NameView {
  /// Without the final dot, in lower case, safe for a terminal.
  func text(_ names: TableFormat.Names) -> String {
    if names == .unicode, let unicode { return unicode }
    return presentation(finalDot: false, lowercased: true)
  }
}

extension String {
  /// Text from outside for a terminal; see `ByteWriter.append(escaping:)`.
  static func escaping(_ text: some Sequence<UInt8>) -> String {
    ByteWriter.text { $0.append(escaping: text) }
  }

  /// The same for other modules.
  package static func printable(_ text: String) -> String { .escaping(text.utf8) }
}
