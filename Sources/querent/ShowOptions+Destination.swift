import Formats
import HostSystem
import SystemPackage
import TracePipeline

extension ShowOptions {
  /// The target of an output, and the format: the given one, else the default for the target.
  ///
  /// - Parameter standard: the descriptor to write to without --output.
  func destination(otherwise standard: Int32) throws(Failure) -> (OutputTarget, Format) {
    if processBlocks, format != .pcapng {
      throw Failure("--process-blocks is for pcapng", advice: "give --format pcapng too", code: .usage)
    }
    try checkMode()
    let target = try target(otherwise: standard)
    if let format, format.isBinary {
      // Messages and the ledger go to standard error.
      if target.isStandardError || target.isTerminal {
        throw Failure(
          "\(format.rawValue) cannot be written to a terminal or to standard error",
          advice: "give --output FILE, or a pipe",
          code: .usage)
      }
    }
    return (target, format ?? (target.isTerminal ? .table : .keyvalue))
  }

  private func target(otherwise standard: Int32) throws(Failure) -> OutputTarget {
    if let series = try series() { return .files(series) }
    guard let output else { return .descriptor(standard) }
    if output.hasPrefix(Self.socket) { return try collector(String(output.dropFirst(Self.socket.count))) }
    if let descriptor = Self.descriptor(output) { return .descriptor(try writable(descriptor, output)) }
    return .file(try file(output))
  }

  /// The rotation of the output files; nil without --rotate.
  func rotation() -> Rotation? {
    guard !rotate.isEmpty, let output else { return nil }
    let names = SeriesName(output)
    return Rotation(rotate, names: names, after: names.lastNumber())
  }

  private func series() throws(Failure) -> FileSeries? {
    guard !rotate.isEmpty else {
      guard keep == nil else {
        throw Failure("--keep requires --rotate", advice: "give both, or neither", code: .usage)
      }
      return nil
    }
    guard let output, !output.hasPrefix(Self.socket) else {
      throw Failure("--rotate works with files only", advice: "give --output FILE", code: .usage)
    }
    guard keep ?? 1 >= 1 else {
      throw Failure("--keep \(keep ?? 0) would keep nothing", advice: "give 1 or more", code: .usage)
    }
    let names = SeriesName(output)
    do throws(Errno) {
      try FileSystem.checkCreation(in: names.directory)
    } catch {
      throw Self.uncreatable(output, error)
    }
    return FileSeries(
      directory: names.directory, keep: keep,
      names: FileSeries.Names(matches: { names.number($0) != nil }, next: names.next))
  }

  private static let socket = "unix:"

  private func collector(_ path: String) throws(Failure) -> OutputTarget {
    guard format == .dnstap else {
      throw Failure(
        "only dnstap can be written to a socket", advice: "give --format dnstap, or the name of a file",
        code: .usage)
    }
    guard !path.isEmpty, path.utf8.count <= Collector.maximumPathLength else {
      throw Failure(
        "this is not a valid path of a socket: \(path)",
        advice: "it must have 1 to \(Collector.maximumPathLength) octets",
        code: .usage)
    }
    guard FileSystem.mayBecomeSocket(path) else {
      throw Failure(
        "\(path) is not a socket", advice: "give the path at which the collector listens", code: .output)
    }
    return .collector(
      Collector(path: path, contentType: DnstapFormat.contentType) {
        Terminal.write("querent: \($0)\n", to: 2)
      })
  }

  private static func uncreatable(_ path: String, _ error: Errno) -> Failure {
    Failure(
      "can't create \(path): \(error)", advice: "check the directory and its permissions",
      code: .output)
  }
}

// MARK: One file

extension ShowOptions {
  private var mode: OutputFile.Mode { append ? .append : overwrite ? .overwrite : .refuseNonEmpty }

  private func checkMode() throws(Failure) {
    guard append || overwrite else { return }
    guard append != overwrite else {
      throw Failure(
        "--append and --overwrite contradict each other", advice: "give one of them", code: .usage)
    }
    let flag = append ? "--append" : "--overwrite"
    guard let output, !output.hasPrefix(Self.socket) else {
      throw Failure("\(flag) works with files only", advice: "give --output FILE", code: .usage)
    }
    guard rotate.isEmpty else {
      throw Failure(
        "\(flag) cannot be combined with --rotate",
        advice: "each file of a series is new; leave out one of the two",
        code: .usage)
    }
    if append, format == .dnstap {
      throw Failure(
        "--append cannot be combined with dnstap",
        advice: "readers stop at the end of the first stream; give another file",
        code: .usage)
    }
  }

  /// The number of the open descriptor that a path names: /dev/stdout, /dev/stderr, /dev/fd/N, /proc/self/fd/N.
  private static func descriptor(_ path: String) -> Int32? {
    switch path {
    case "/dev/stdout": 1
    case "/dev/stderr": 2
    default:
      ["/dev/fd/", "/proc/self/fd/"].first { path.hasPrefix($0) }.flatMap { Int32(path.dropFirst($0.count)) }
    }
  }

  private func writable(_ descriptor: Int32, _ path: String) throws(Failure) -> Int32 {
    guard FileDescriptors.isWritable(descriptor) else {
      throw Failure(
        "\(path) is not open for writing", advice: "give a descriptor that the shell has opened",
        code: .output)
    }
    return descriptor
  }

  private func file(_ path: String) throws(Failure) -> OutputFile {
    do throws(OutputFile.OpenError) {
      var file = try OutputFile(path, mode: mode)
      guard file.isAppendedTo else { return file }
      file.separator = try file.separator(before: format)
      return file
    } catch {
      throw Failure(error, path)
    }
  }
}

extension Failure {
  init(_ refusal: OutputFile.OpenError, _ path: String) {
    let (why, advice) =
      switch refusal {
      case .symbolicLink: ("is a symbolic link", "give the path of its target")
      case .blockDevice: ("is not a file, a pipe or a character device", "give the name of a file")
      case .socket: ("is a socket", "give unix:PATH and --format dnstap, or the name of a file")
      case .notEmpty:
        (
          "is not empty",
          "give --append to continue at its end, --overwrite to delete its contents, or another name"
        )
      case .inUse: ("is being written by another process", "give another name")
      case .appeared: ("was created by another process at the same time", "give another name")
      case .notContinuable:
        ("does not end like a pcapng file", "give the name of a complete pcapng file, or of a new file")
      case .failed(let error): (error.description, "check the directory and its permissions")
      }
    if case .failed = refusal {
      self.init("can't create \(path): \(why)", advice: advice, code: .output)
    } else {
      self.init("\(path) \(why)", advice: advice, code: .output)
    }
  }
}

extension Format {
  /// Whether the format is not text.
  var isBinary: Bool { self == .pcapng || self == .dnstap }
}

extension OutputTarget {
  fileprivate var isStandardError: Bool {
    guard case .descriptor(2) = self else { return false }
    return true
  }
}

// MARK: Appending

extension OutputFile {
  /// The octets between a file's contents and appended records.
  fileprivate func separator(before format: Format?) throws(OpenError) -> [UInt8] {
    guard format == .pcapng else {
      // A last line that was cut gets a newline, so that the first record starts a new line.
      return octets(at: size - 1, count: 1) == [UInt8(ascii: "\n")] ? [] : [UInt8(ascii: "\n")]
    }
    guard endsWithBlock else { throw .notContinuable }
    return []
  }

  /// Whether this is pcapng and its last block is complete: the length at its start equals the length at its end.
  private var endsWithBlock: Bool {
    let length = octets(at: size - 4, count: 4)
    guard size >= 28, size % 4 == 0, octets(at: 0, count: 4) == [0x0a, 0x0d, 0x0d, 0x0a] else { return false }
    return [length, length.reversed()].contains { octets in
      let count = octets.reduce(0) { $0 << 8 | Int($1) }
      return count >= 12 && count <= size && self.octets(at: size - count + 4, count: 4) == length
    }
  }
}
