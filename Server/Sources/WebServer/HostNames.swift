import NIOCore

/// The names under which the server may be addressed. A page of another site can make its own name mean 127.0.0.1 (DNS
/// rebinding), and a browser then takes that site and this server for one; the Host header tells them apart.
struct HostNames: Sendable {
  private let names: Set<String>
  /// Whether every address is one of them, because the server listens on all: no name means an address in a URL.
  private let takesAddresses: Bool

  /// - Parameters:
  ///   - names: further names and addresses, without a port.
  ///   - address: where the server listens.
  init(_ names: [String], listeningAt address: String? = nil) {
    takesAddresses = address.map(Self.any.contains) ?? false
    let own = address.map { [$0.contains(":") ? "[\($0)]" : $0] } ?? []
    self.names = Set((names + (takesAddresses ? [] : own)).map { $0.lowercased() }).union([
      "127.0.0.1", "localhost", "[::1]",
    ])
  }

  static let any: Set<String> = ["0.0.0.0", "::"]

  /// - Parameter authority: the Host header, or nil without one.
  func admit(_ authority: String?) -> Bool {
    guard let authority else { return false }
    let name = Self.name(authority).lowercased()
    return names.contains(name) || takesAddresses && Self.isAddress(name)
  }

  /// An address as browsers write it.
  private static func isAddress(_ name: String) -> Bool {
    let isV6 = name.hasPrefix("[") && name.hasSuffix("]")
    let text = isV6 ? String(name.dropFirst().dropLast()) : name
    guard let address = try? SocketAddress(ipAddress: text, port: 0) else { return false }
    return (address.protocol == .inet6) == isV6
  }

  /// Without the port.
  private static func name(_ authority: String) -> Substring {
    if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
      let rest = authority[authority.index(after: end)...]
      return rest.isEmpty || isPort(rest) ? authority[...end] : authority[...]
    }
    guard let colon = authority.firstIndex(of: ":"), isPort(authority[colon...]) else {
      return authority[...]
    }
    return authority[..<colon]
  }

  private static func isPort(_ text: Substring) -> Bool {
    text.first == ":" && text.dropFirst().utf8.allSatisfy { 0x30...0x39 ~= $0 } && text.count > 1
  }
}
