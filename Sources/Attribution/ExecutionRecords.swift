package import TraceModel

/// What the kernel recorded at exec and fork. /proc cannot show it for a process that has ended or has called execve(2) since.
package protocol ExecutionRecords: Sendable {
  /// What an image that called execve(2) was started with; nil if that was not recorded or was evicted.
  func execution(of image: ProcessImage) -> Execution?

  /// The image that called execve(2): this one, or that of the ancestor from which it was forked; nil if not recorded.
  func origin(of image: ProcessImage) -> ProcessImage?
}

extension ExecutionRecords {
  /// Whether the process has called execve(2) since it ran this image.
  func isReplaced(_ image: ProcessImage) -> Bool {
    guard image.execID > 0 else { return false }
    return origin(of: ProcessImage(process: image.process, execID: image.execID &+ 1)) != nil
  }
}

/// Used when the kernel refused the programs, and in tests.
package struct NoExecutionRecords: ExecutionRecords {
  package init() {}
  package func execution(of image: ProcessImage) -> Execution? { nil }
  package func origin(of image: ProcessImage) -> ProcessImage? { nil }
}
