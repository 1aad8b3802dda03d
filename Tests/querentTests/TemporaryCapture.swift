import Lab
import Traffic

/// A capture file in a temporary directory, removed on deinit.
struct TemporaryCapture {
  private let folder: Folder
  let path: String

  init(_ file: CaptureFile = .clientsDay) throws {
    folder = try Folder()
    path = folder.path("capture")
    try file.write(to: path)
  }
}
