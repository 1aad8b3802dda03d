import ArgumentParser
import HostSystem
import SystemPackage

/// An error as people see it: what failed, what to do, and the exit code.
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
  /// Nil when all was written, or the reader has gone.
  init?(_ result: OutputWriter.FinishResult, to target: OutputTarget) {
    guard let error = result.error, error != .brokenPipe else { return nil }
    self.init(
      "could not write everything: \(error)",
      advice: "the ledger counts the messages that were lost as not written",
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

/// The exit codes; `querent help exit-codes` and the README list them.
enum Exit: Int32, CaseIterable {
  case success = 0
  /// `demo` found an exchange that was not attributed to the right process.
  case wrong = 1
  /// Something that querent asked the kernel or the file system for failed.
  case failed = 2
  /// EX_USAGE of sysexits.h: the command line does not make sense.
  case usage = 64
  /// EX_DATAERR: a capture file is damaged, cut or none.
  case damaged = 65
  /// EX_NOINPUT: a capture file is not there or can't be read.
  case input = 66
  /// EX_UNAVAILABLE: this kernel or its set-up lacks what is needed.
  case unsupported = 69
  /// EX_CANTCREAT: the output file can't be made.
  case output = 73
  /// EX_IOERR: records could not be written.
  case unwritten = 74
  /// EX_NOPERM: needs root or capabilities.
  case permission = 77

  var about: String {
    switch self {
    case .success: "all went well, also after Ctrl-C, SIGTERM or a reader that has gone"
    case .wrong: "demo: an exchange was missing or not attributed to the right process"
    case .failed: "the kernel or the file system refused something, memory for one; the message says what"
    case .usage: "the command line does not make sense"
    case .damaged: "read: a file is damaged, cut or no capture; what came before the damage was shown"
    case .input: "read: a file is not there or can't be read"
    case .unsupported: "this kernel or its set-up lacks something: BTF, cgroup v2, or it is older than 5.8"
    case .output: "the output file can't be created, or is there already and not empty"
    case .unwritten:
      "something could not be written, on a full disk for one; the ledger says how much was lost"
    case .permission: "root, or the capabilities that doctor lists, are needed"
    }
  }
}
