import Lab
import Traffic

/// A capture file in a folder of a test's own, removed with it.
struct TemporaryCapture {
  private let folder: Folder
  let path: String

  init(_ file: CaptureFile = .clientsDay) throws {
    folder = try Folder()
    path = folder.path("capture")
    try file.write(to: path)
  }
}
