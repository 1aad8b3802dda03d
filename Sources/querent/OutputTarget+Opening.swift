import HostSystem
import SystemPackage

/// The steps of opening a target, each as late as possible.
extension OutputTarget {
  /// The target with its file, which is created if there is none.
  func created() throws(Failure) -> OutputTarget {
    guard case .file(var file) = self else { return self }
    do throws(OutputFile.OpenError) {
      try file.create()
      return .file(file)
    } catch {
      throw Failure(error, file.path)
    }
  }

  /// Empties its file with --overwrite; if that fails, records are appended.
  func empty() {
    guard case .file(let file) = self else { return }
    do throws(Errno) {
      try file.truncate()
    } catch {
      Terminal.write("querent: can't empty \(file.path): \(error): records are appended\n", to: 2)
    }
  }

  /// Removes its file if it was created here and nothing was written.
  func discard() { if case .file(let file) = self { file.removeIfUnused() } }
}
