import History
import HostSystem
import SystemPackage

/// Why nothing can be exported at the moment.
public struct ExportProblem: Error, Equatable, CustomStringConvertible, Sendable {
  public let description: String
  /// What to do.
  public let advice: String

  init(_ description: String, _ advice: String) {
    self.description = description
    self.advice = advice
  }

  init(_ problem: HistoryProblem) {
    self.init(
      "the history can't be read: \(problem.description)", "querent history --summary shows what is wrong")
  }

  init(_ refusal: GuardedDirectory.Refusal, _ path: String) {
    switch refusal {
    case .failed(let error): self.init("\(path): \(error)", "create it, or check its permissions")
    case .notADirectory: self.init("\(path) is not a directory", "name a directory")
    case .changeable(let place):
      self.init(
        "users other than root and this one can change \(place)", "chmod go-w \(place), or name another one")
    }
  }

  init(writing path: String, _ error: Errno) {
    self.init("can't write \(path): \(error)", "check its permissions and the free space")
  }
}
