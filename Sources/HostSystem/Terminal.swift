import Glibc
import SystemPackage

/// Terminals, their environment and messages for the user.
package enum Terminal {
  package static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

  /// Its width in columns; nil if the descriptor is not a terminal or does not report it.
  package static func columns(_ descriptor: Int32) -> Int? { size(descriptor)?.columns }

  /// Its size; nil if the descriptor is not a terminal or does not report it.
  package static func size(_ descriptor: Int32) -> (columns: Int, rows: Int)? {
    guard isTerminal(descriptor) else { return nil }
    var size = winsize()
    // SAFETY: the request writes one winsize.
    guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// Opens the terminal that controls this process, for reading; nil when there is none.
  package static func openControlling() -> Int32? {
    // SAFETY: the path is a NUL-terminated copy.
    let descriptor = unsafe open("/dev/tty", O_RDONLY | O_CLOEXEC)
    return descriptor >= 0 ? descriptor : nil
  }

  /// A variable of the environment.
  package static func variable(_ name: String) -> String? {
    // SAFETY: the environment does not change while this program runs.
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
  }

  /// Whether the terminal's characters are UTF-8, as the locale says (locale(7)).
  package static var isUTF8: Bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap(variable).first { !$0.isEmpty } ?? ""
    let name = locale.uppercased()
    return name.hasSuffix("UTF-8") || name.hasSuffix("UTF8") || name.contains("UTF-8@")
  }

  /// Writes a whole text to a descriptor, as far as it can be written.
  package static func write(_ text: String, to descriptor: Int32) {
    try? FileDescriptors.write(Array(text.utf8).span, to: descriptor)
  }
}
