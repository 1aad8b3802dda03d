import HostSystem

/// Prints on the terminal how much of a large file has been read.
struct Progress {
  private let name: String
  private let size: Int64
  private let isShown: Bool
  private var next = Clock.boot() + Self.interval
  private var hasWritten = false

  /// Nanoseconds.
  private static let interval: Int64 = 500_000_000
  /// The size in octets from which a file counts as large.
  private static let large: Int64 = 32 << 20

  init(of name: String, size: Int64?, isShown: Bool) {
    self.name = name
    self.size = size ?? 0
    self.isShown = isShown && self.size >= Self.large && Terminal.isTerminal(2)
  }

  mutating func show(_ position: Int64, packets: Int) {
    guard isShown, Clock.boot() >= next else { return }
    next = Clock.boot() + Self.interval
    hasWritten = true
    Terminal.write("\r\(name): \(100 * position / size) %, \(packets) packets ", to: 2)
  }

  /// Erases the line.
  func end() { if hasWritten { Terminal.write("\r\u{1b}[K", to: 2) } }
}
