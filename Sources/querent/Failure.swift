import ArgumentParser
import HostSystem
import SystemPackage

/// An error of the command: what failed, what to do, and the exit code.
struct Failure: Error {
  var what: String
  var advice: String
  var code: Exit

  init(_ what: String, advice: String, code: Exit) {
    self.what = what
    self.advice = advice
    self.code = code
  }

  /// The two lines.
  var text: String { "querent: \(what)\n  \(advice)\n" }

  /// Prints the two lines and gives the exit code to the argument parser.
  func leave() -> ExitCode {
    Terminal.write(text, to: 2)
    return ExitCode(code.rawValue)
  }
}

extension Failure {
  static let moreMemory = "free memory, or raise the limits on memory and processes (ulimit -v, ulimit -u)"

  static let outOfMemory = Failure("there is no memory left", advice: moreMemory, code: .failed)
}

extension Failure {
  /// Nil if everything was written, or the reader has closed the pipe.
  init?(_ result: OutputWriter.FinishResult, to target: OutputTarget) {
    guard let error = result.error, error != .brokenPipe else { return nil }
    self.init(
      "could not write everything: \(error)",
      advice: "the ledger counts the lost messages as not written",
      code: target.isCollector ? .failed : .unwritten)
  }

  init(startingThread error: Errno) {
    self.init(
      "can't start another thread: \(error)",
      advice: Self.moreMemory, code: .failed)
  }
}

extension Thread {
  /// A thread that has been started.
  static func started(_ run: @escaping @Sendable () -> Void) throws(Failure) -> Thread {
    do throws(Errno) {
      return try Thread(run)
    } catch {
      throw Failure(startingThread: error)
    }
  }
}

/// The exit codes; `querent --help` and Documentation/Output.md list them.
enum Exit: Int32, CaseIterable {
  case success = 0
  /// `demo` found an exchange that was not attributed to the right process.
  case wrong = 1
  /// The kernel or the file system refused a request.
  case failed = 2
  /// EX_USAGE of sysexits.h: the command line is invalid.
  case usage = 64
  /// EX_DATAERR: a file is damaged, truncated or not a capture.
  case damaged = 65
  /// EX_NOINPUT: a capture file is missing or cannot be read.
  case input = 66
  /// EX_UNAVAILABLE: this kernel or its configuration lacks something.
  case unsupported = 69
  /// EX_CANTCREAT: the output file cannot be created.
  case output = 73
  /// EX_IOERR: records could not be written.
  case unwritten = 74
  /// EX_NOPERM: needs root or capabilities.
  case permission = 77

  var about: String {
    switch self {
    case .success: "success; also after Ctrl-C, SIGTERM, or when the reader closed the pipe"
    case .wrong: "demo: an exchange was missing or not attributed to the right process"
    case .failed:
      "the kernel or the file system refused a request, for example for memory; the message says which"
    case .usage: "the command line is invalid"
    case .damaged: "read: a file is damaged, truncated or not a capture; packets before the damage were shown"
    case .input: "read: a file is missing or cannot be read"
    case .unsupported:
      "this kernel or its configuration lacks something: BTF, cgroup v2, or it is older than 5.8"
    case .output: "the output file cannot be created, or exists and is not empty"
    case .unwritten:
      "something could not be written, for example to a full disk; the ledger counts what was lost"
    case .permission: "root, or the capabilities that querent doctor lists, are required"
    }
  }
}
