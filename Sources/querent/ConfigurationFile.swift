import ArgumentParser
import HostSystem

/// The options of `querent watch` in a file: `--config`.
struct ConfigurationFile {
  let path: String
  let text: ConfigurationText

  static let standardPath = "/etc/querent/config.yaml"
  private static let mostOctets = 1 << 20
  /// Options of the command line that are none of the trace.
  private static let foreign: Set<String> = ["config", "help", "version"]

  init(_ path: String) throws(Failure) {
    self.path = path
    let octets: [UInt8]
    do throws(TrustedFile.Refusal) {
      octets = try TrustedFile.contents(path, atMost: Self.mostOctets)
    } catch {
      throw Failure(error, path)
    }
    do throws(ConfigurationText.Malformed) {
      text = try ConfigurationText(String(decoding: octets, as: UTF8.self))
    } catch {
      throw Failure(
        "\(path), \(error)", advice: "Documentation/Deployment.md describes the file", code: .usage)
    }
  }

  /// The trace that the file and a command line describe; what the command line gives is not taken from the file.
  ///
  /// - Parameter commandLine: what follows the name of the command.
  func trace(commandLine: [String] = []) throws(Failure) -> Watch {
    let given = Set(
      commandLine.prefix { $0 != "--" }.filter { $0.hasPrefix("--") }.map {
        $0.dropFirst(2).prefix { $0 != "=" }
      })
    let entries = text.entries.filter { !given.contains(Substring($0.key)) }
    var arguments: [String] = []
    for entry in entries { arguments += try Self.arguments(entry, path) }
    do {
      var trace = try Watch.parse(arguments + commandLine)
      trace.config = nil
      return trace
    } catch {
      throw explain(error, entries)
    }
  }

  /// The arguments of one entry. A flag is true, or false, which is as if it were not there.
  private static func arguments(_ entry: ConfigurationText.Entry, _ path: String) throws(Failure) -> [String]
  {
    guard !foreign.contains(entry.key) else {
      throw Failure(
        "\(path), line \(entry.line): \(entry.key) belongs on the command line", advice: "remove it",
        code: .usage)
    }
    if isFlag(entry.key) {
      switch entry.values {
      case ["true"]: return ["--\(entry.key)"]
      case ["false"]: return []
      default:
        throw Failure(
          "\(path), line \(entry.line): \(entry.key) is true or false", advice: "give one of the two",
          code: .usage)
      }
    }
    return entry.values.map { "--\(entry.key)=\($0)" }
  }

  /// Whether an option has no value: then the parser refuses one.
  private static func isFlag(_ key: String) -> Bool {
    do {
      _ = try Watch.parse(["--\(key)=x"])
      return false
    } catch {
      return Watch.message(for: error).contains("does not take any value")
    }
  }

  /// Throws why a trace would refuse the options, with the line.
  func check() throws(Failure) {
    let trace = try trace()
    do throws(Failure) {
      try trace.check()
    } catch {
      // The message begins with the option.
      let entry = text.entries.first { error.what == "--\($0.key)" || error.what.hasPrefix("--\($0.key) ") }
      let place = entry.map { "\(path), line \($0.line): " } ?? "\(path): "
      throw Failure(place + error.what, advice: error.advice, code: error.code)
    }
  }

  /// The line of the option that the parser refuses by itself, and why.
  private func explain(_ error: any Error, _ entries: [ConfigurationText.Entry]) -> Failure {
    let why = Watch.message(for: error)
    let line = entries.first { entry in
      guard let arguments = try? Self.arguments(entry, path) else { return false }
      do {
        _ = try Watch.parse(arguments)
        return false
      } catch {
        return Watch.message(for: error) == why
      }
    }
    let place = line.map { "\(path), line \($0.line): \($0.key): " } ?? "\(path): "
    return Failure(place + why, advice: "querent watch --help lists the options", code: .usage)
  }
}

extension Failure {
  fileprivate init(_ refusal: TrustedFile.Refusal, _ path: String) {
    switch refusal {
    case .failed(let error):
      self.init("can't read \(path): \(error)", advice: "check the path and its permissions", code: .usage)
    case .notRegular: self.init("\(path) is not a file", advice: "give the name of a file", code: .usage)
    case .changeable:
      self.init(
        "others can change \(path), and so decide what querent does",
        advice: "chown root it, and chmod go-w it", code: .usage)
    case .tooLarge: self.init("\(path) is larger than 1 MiB", advice: "give another file", code: .usage)
    }
  }
}

/// `querent config`: the configuration file.
struct Config: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check a configuration file.", subcommands: [Check.self])

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check a configuration file, and trace nothing.",
      discussion: "Exits with 0 if querent watch --config FILE would accept it.")

    @Argument(help: "The file.")
    var file = ConfigurationFile.standardPath

    func run() throws {
      do throws(Failure) {
        let configuration = try ConfigurationFile(file)
        try configuration.check()
        let count = configuration.text.entries.count
        Terminal.write("\(file) is valid: \(count) option\(count == 1 ? "" : "s")\n", to: 1)
      } catch {
        throw error.leave()
      }
    }
  }
}
