import Foundation

/// A real terminal of a chosen size, in which tmux runs a command: keys go in, the screen comes out.
public final class TerminalPane: Sendable {
  private let socket: String
  private let folder: Folder

  /// Starts `sh` with a script; `$FOLDER` is a directory of its own.
  public init(
    columns: Int, rows: Int, environment: [String: String] = [:], script: String
  ) throws {
    folder = try Folder()
    socket = "querent-\(UUID().uuidString)"
    let path = folder.path("script")
    let variables = ["LC_ALL": "C.UTF-8", "COLORTERM": "", "NO_COLOR": ""].merging(environment) { $1 }
    let exports = variables.map { "export \($0.key)='\($0.value)'\n" }.sorted().joined()
    try (exports + "FOLDER='\(folder.path(""))'\n" + script).write(
      toFile: path, atomically: true, encoding: .utf8)
    // The configuration of whoever runs the tests is left out.
    try tmux(
      "-f", "/dev/null", "new-session", "-d", "-x", "\(columns)", "-y", "\(rows)", "sh '\(path)'")
  }

  deinit { _ = try? tmux("kill-server") }

  @discardableResult
  private func tmux(_ arguments: String...) throws -> String {
    let running = try Running(["tmux", "-u", "-L", socket] + arguments, environment: ["LC_ALL": "C.UTF-8"])
    guard running.wait() == 0 else {
      throw LabError("tmux \(arguments.joined(separator: " ")): \(running.errorText)")
    }
    return running.text
  }

  /// Presses keys, by tmux's names: `Enter`, `Escape`, `Up`, `C-c`, `q`.
  public func press(_ keys: String...) throws { for key in keys { try tmux("send-keys", key) } }

  /// Types a text.
  public func type(_ text: String) throws { try tmux("send-keys", "-l", "--", text) }

  public func resize(columns: Int, rows: Int) throws {
    try tmux("resize-window", "-x", "\(columns)", "-y", "\(rows)")
  }

  /// What the screen shows.
  public func text() throws -> String { try tmux("capture-pane", "-p") }

  /// The terminal's state: the alternate screen, the cursor, wrapping, the mouse, and stty(1)'s settings.
  public func state() throws -> String {
    let parts = try tmux(
      "display-message", "-p",
      "#{pane_tty} alternate #{alternate_on} cursor #{cursor_flag} wrap #{wrap_flag} mouse #{mouse_any_flag}")
    let tty = parts.prefix { $0 != " " }
    let settings = try Running(["stty", "-g", "-F", String(tty)])
    settings.wait()
    return parts.dropFirst(tty.count) + settings.text
  }

  /// A file that the script has written, without the last line's end.
  public func file(_ name: String) throws -> String {
    try String(contentsOfFile: folder.path(name), encoding: .utf8).trimmingCharacters(in: .newlines)
  }

  /// Reads the screen until it is as wanted; throws when a minute has passed.
  @discardableResult
  public func wait(for what: String, until isWanted: (String) -> Bool) throws -> String {
    let deadline = Date(timeIntervalSinceNow: 60)
    while true {
      let text = try text()
      if isWanted(text) { return text }
      guard Date() < deadline else { throw LabError("no \(what) within a minute:\n\(text)") }
    }
  }

  @discardableResult
  public func wait(for text: String) throws -> String { try wait(for: text) { $0.contains(text) } }

  /// Waits until the terminal's state is as wanted; throws when a minute has passed.
  public func waitForState(_ what: String, until isWanted: (String) throws -> Bool) throws {
    let deadline = Date(timeIntervalSinceNow: 60)
    while try !isWanted(state()) {
      guard Date() < deadline else { throw LabError("not \(what) within a minute: \(try state())") }
    }
  }
}
