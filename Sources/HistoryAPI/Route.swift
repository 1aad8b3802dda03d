/// What the API offers below `/api/v1`.
public enum Route: Sendable, Equatable {
  case exchanges
  case exchange(String)
  case live, series, overview, health, export

  /// - Parameter path: with `/api/v1`; percent-encoded.
  public init?(_ path: String) {
    guard path.hasPrefix(Self.prefix) else { return nil }
    let parts = path.dropFirst(Self.prefix.count).split(separator: "/", omittingEmptySubsequences: false)
    switch parts.count {
    case 1:
      guard let route = Self.plain.first(where: { $0.path == parts[0] }) else { return nil }
      self = route.route
    case 2 where parts[0] == "exchanges" && !parts[1].isEmpty:
      guard let id = PercentText.decode(parts[1]) else { return nil }
      self = .exchange(id)
    default: return nil
    }
  }

  public static let prefix = "/api/v1/"

  private static let plain: [(path: String, route: Route)] = [
    ("exchanges", .exchanges), ("live", .live), ("series", .series), ("overview", .overview),
    ("health", .health), ("export", .export),
  ]

  /// The paths of all routes, as OpenAPI writes them.
  public static let templates = plain.map { prefix + $0.path } + [prefix + "exchanges/{id}"]

  /// The parameters that a route has.
  public var parameters: Set<String> {
    switch self {
    case .exchanges: APIQuery.filters.union(["limit", "before"])
    case .exchange: []
    case .live: APIQuery.filters.subtracting(["since", "until", "last"])
    case .series: APIQuery.filters.union(["buckets"])
    case .overview: APIQuery.filters.union(["buckets", "limit"])
    case .health: ["last"]
    case .export: APIQuery.filters.union(["format"])
    }
  }
}
