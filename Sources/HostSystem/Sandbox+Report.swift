import SystemPackage

/// For users.
extension Sandbox.Report: CustomStringConvertible {
  package var isComplete: Bool {
    guard case .holds = files, case .holds = calls else { return false }
    return true
  }

  package var description: String {
    let left = capabilities.isEmpty ? "none" : capabilities.description
    return "no new privileges; capabilities: \(left); files: \(files.text { "Landlock \($0)" }); "
      + "system calls: \(calls.text { "\($0) of seccomp" })"
  }
}

extension Sandbox.Part {
  fileprivate func text(_ held: (Int) -> String) -> String {
    switch self {
    case .holds(let number): held(number)
    case .unavailable: "not restricted, this kernel cannot"
    case .omitted(let why): "not restricted, \(why)"
    case .refused(let error): "not restricted: \(error)"
    }
  }
}
