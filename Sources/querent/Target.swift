import HostSystem

/// The steps by which a target comes to be written to, each as late as it can be.
extension OutputTarget {
  /// With its file there.
  func made() throws(Failure) -> OutputTarget {
    guard case .file(var file) = self else { return self }
    do throws(OutputFile.OpenError) {
      try file.create()
      return .file(file)
    } catch {
      throw Failure(error, file.path)
    }
  }

  /// Starts the thread that writes.
  func open(overflowPolicy: OverflowPolicy) throws(Failure) -> OutputWriter {
    do throws(Thread.StartError) {
      return try OutputWriter(to: self, overflowPolicy: overflowPolicy)
    } catch {
      throw Failure(error)
    }
  }

  /// Takes out what was in its file, if it shall be overwritten; what can't be taken out stays before the first record.
  func empty() {
    guard case .file(let file) = self else { return }
    let problem = file.truncate()
    guard problem != 0 else { return }
    Terminal.write(
      "querent: can't empty \(file.path): \(SystemError.message(problem)): records are appended\n", to: 2)
  }

  /// Takes its file away again, if it was made here and nothing was written.
  func discard() { if case .file(let file) = self { file.removeIfUnused() } }
}
