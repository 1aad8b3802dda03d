import Formats
import HostSystem

extension ShowOptions {
  /// Where to write, and the format that suits it unless one was asked for.
  ///
  /// - Parameter standard: the descriptor for when no other place was asked for.
  func destination(otherwise standard: Int32) throws(Failure) -> (Output.Target, Format) {
    if processBlocks, format != .pcapng {
      throw Failure("--process-blocks is for pcapng", advice: "give --format pcapng too", code: .usage)
    }
    let target = try target(otherwise: standard)
    if let format, format.isBinary {
      // Messages and the ledger go to standard error.
      let isAmongMessages = output == nil && standard == 2
      if isAmongMessages || target.isTerminal {
        throw Failure(
          "\(format.rawValue) is not for a terminal, nor for standard error",
          advice: "give --output FILE, or a pipe",
          code: .usage)
      }
    }
    return (target, format ?? (target.isTerminal ? .table : .keyvalue))
  }

  private func target(otherwise standard: Int32) throws(Failure) -> Output.Target {
    if let series = try series() { return .files(series) }
    guard let output else { return .descriptor(standard) }
    if output.hasPrefix(Self.socket) { return try collector(String(output.dropFirst(Self.socket.count))) }
    let descriptor = Place.create(output)
    guard descriptor >= 0 else { throw Self.uncreatable(output, -descriptor) }
    return .descriptor(descriptor)
  }

  /// How files follow one another; nil when there is one at most.
  func rotation() -> Rotation? {
    guard !rotate.isEmpty, let output else { return nil }
    let names = SeriesName(output)
    return Rotation(rotate, names: names, after: names.lastNumber())
  }

  private func series() throws(Failure) -> FileSeries? {
    guard !rotate.isEmpty else {
      guard keep == nil else {
        throw Failure("--keep goes with --rotate only", advice: "give both, or neither", code: .usage)
      }
      return nil
    }
    guard let output, !output.hasPrefix(Self.socket) else {
      throw Failure("--rotate is for files", advice: "give --output FILE", code: .usage)
    }
    guard keep ?? 1 >= 1 else {
      throw Failure("--keep \(keep ?? 0) would keep nothing", advice: "give 1 or more", code: .usage)
    }
    let names = SeriesName(output)
    let problem = Place.problemMakingFiles(in: names.folder)
    guard problem == 0 else { throw Self.uncreatable(output, problem) }
    return FileSeries(folder: names.folder, keep: keep) { names.number($0) != nil }
  }

  private static let socket = "unix:"

  private func collector(_ path: String) throws(Failure) -> Output.Target {
    guard format == .dnstap else {
      throw Failure(
        "only dnstap goes to a socket", advice: "give --format dnstap, or the name of a file", code: .usage)
    }
    guard !path.isEmpty, path.utf8.count <= Collector.longestPath else {
      throw Failure(
        "no socket can have this path: \(path)", advice: "it has 1 to \(Collector.longestPath) octets",
        code: .usage)
    }
    guard Place.mayBecomeSocket(path) else {
      throw Failure(
        "\(path) is no socket", advice: "give the path at which the collector listens", code: .output)
    }
    return .collector(
      Collector(path: path, contentType: DnstapFormat.contentType) {
        Terminal.write("querent: \($0)\n", to: 2)
      })
  }

  private static func uncreatable(_ path: String, _ errno: Int32) -> Failure {
    Failure(
      "can't create \(path): \(Place.message(errno))", advice: "check the folder and its permissions",
      code: .output)
  }
}

extension Format {
  /// Whether it is nothing for people to look at.
  var isBinary: Bool { self == .pcapng || self == .dnstap }
}

extension Output.Target {
  /// Whether it is opened anew while the trace runs, which may take more than reading the rest of it.
  var isReopened: Bool {
    guard case .descriptor = self else { return true }
    return false
  }
}
