import ArgumentParser
import HostSystem

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

  /// Prints the two lines and gives the exit code to the argument parser.
  func leave() -> ExitCode {
    Terminal.write("querent: \(what)\n  \(advice)\n", to: 2)
    return ExitCode(code.rawValue)
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
  /// EX_NOPERM: needs root or capabilities.
  case permission = 77

  var about: String {
    switch self {
    case .success: "all went well, also after Ctrl-C, SIGTERM or a reader that has gone"
    case .wrong: "demo: an exchange was missing or not attributed to the right process"
    case .failed: "the kernel or the file system refused something; the message says what"
    case .usage: "the command line does not make sense"
    case .damaged: "read: a file is damaged, cut or no capture; what came before the damage was shown"
    case .input: "read: a file is not there or can't be read"
    case .unsupported: "this kernel or its set-up lacks something: BTF, cgroup v2, or it is older than 5.8"
    case .output: "the output file can't be created"
    case .permission: "root, or the capabilities that doctor lists, are needed"
    }
  }
}
