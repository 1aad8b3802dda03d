import HostSystem
import SystemPackage

/// The file of a cursor: replaced as a whole, and locked while a process exports to its destination.
struct CursorFile: Sendable {
  private let directory: GuardedDirectory
  private let name: String
  private let lock: Lock

  private final class Lock: Sendable {
    private let descriptor: Int32

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { GuardedDirectory.unlock(descriptor) }
  }

  /// - Parameters:
  ///   - path: the directory of the state, which is made with mode 0700 if it is not there.
  ///   - name: of the destination.
  init(_ path: String, _ name: String) throws(ExportProblem) {
    do throws(GuardedDirectory.Refusal) {
      directory = try GuardedDirectory(creatingPrivate: path)
    } catch {
      throw ExportProblem(error, path)
    }
    self.name = name + ".cursor"
    let descriptor: Int32?
    do throws(Errno) {
      descriptor = try directory.lock(name + ".lock")
    } catch {
      throw ExportProblem(writing: directory.path, error)
    }
    guard let descriptor else {
      throw ExportProblem(
        "another process exports to \(name)", "stop it, or give another --export-state")
    }
    lock = Lock(descriptor)
  }

  func read() throws(ExportProblem) -> ExportCursor {
    let path = directory.path(name)
    guard directory.names.contains(name) else { return ExportCursor() }
    guard let octets = FileSystem.contents(path, atMost: ExportCursor.most),
      let cursor = ExportCursor(String(decoding: octets, as: UTF8.self))
    else {
      throw ExportProblem(
        "\(path) is not a cursor of an export",
        "move it away; then everything in the history is sent again")
    }
    return cursor
  }

  func write(_ cursor: ExportCursor) throws(ExportProblem) {
    do throws(Errno) {
      try directory.replace(name, with: Array(cursor.text.utf8).span)
    } catch {
      throw ExportProblem(writing: directory.path(name), error)
    }
  }
}
