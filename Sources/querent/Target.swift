import HostSystem
import SystemPackage

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
    do throws(Errno) {
      return try OutputWriter(to: self, overflowPolicy: overflowPolicy)
    } catch {
      throw Failure(startingThread: error)
    }
  }

  /// Empties its file, if it shall be overwritten; if that fails, records are appended.
  func empty() {
    guard case .file(let file) = self else { return }
    do throws(Errno) {
      try file.truncate()
    } catch {
      Terminal.write("querent: can't empty \(file.path): \(error): records are appended\n", to: 2)
    }
  }

  /// Takes its file away again, if it was made here and nothing was written.
  func discard() { if case .file(let file) = self { file.removeIfUnused() } }
}
