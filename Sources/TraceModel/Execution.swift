/// What the kernel recorded at an execve(2): the program and its arguments.
package struct Execution: Equatable, Sendable {
  /// The absolute path of the executable in its mount namespace; nil if it is longer than the record.
  package var executable: String?
  /// The arguments, each with a zero octet after it; nil if they could not be read.
  package var arguments: [UInt8]?
  /// Whether there may be more arguments than are recorded.
  package var isCut: Bool

  package init(executable: String?, arguments: [UInt8]?, isCut: Bool = false) {
    self.executable = executable
    self.arguments = arguments
    self.isCut = isCut
  }
}
