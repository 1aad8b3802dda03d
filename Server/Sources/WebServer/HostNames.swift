/// The names under which the server may be addressed. A page of another site can make its own name mean 127.0.0.1 (DNS
/// rebinding), and a browser then takes that site and this server for one; the Host header tells them apart.
struct HostNames: Sendable {
  private let names: Set<String>

  /// - Parameter names: further names and addresses, without a port.
  init(_ names: [String]) {
    self.names = Set(names.map { $0.lowercased() }).union(["127.0.0.1", "localhost", "[::1]"])
  }

  /// - Parameter authority: the Host header, or nil without one.
  func admit(_ authority: String?) -> Bool {
    guard let authority else { return false }
    return names.contains(Self.name(authority).lowercased())
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
