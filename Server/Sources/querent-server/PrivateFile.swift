import Foundation

/// A file with a secret.
enum PrivateFile {
  /// - Parameter most: octets.
  static func text(_ path: String, most: Int = 1 << 16) throws -> String {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    guard let mode = attributes?[.posixPermissions] as? Int,
      let data = FileManager.default.contents(atPath: path)
    else {
      throw Failure(
        "user \(NSUserName()) can't read \(path)", "chown \(NSUserName()) \(path) && chmod 600 \(path)")
    }
    guard mode & 0o077 == 0 || isCredential(path) else {
      throw Failure("others may read \(path)", "chmod 600 \(path), and change what is in it")
    }
    return String(decoding: data.prefix(most), as: UTF8.self)
  }

  /// Whether systemd has made the file for this service (LoadCredential=): it is in a directory that only this service can read, and
  /// its mode shows the mask of an access list.
  private static func isCredential(_ path: String) -> Bool {
    guard let directory = ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"],
      directory.hasPrefix("/")
    else { return false }
    return path.hasPrefix(directory + "/") && !path.contains("/../")
  }
}
