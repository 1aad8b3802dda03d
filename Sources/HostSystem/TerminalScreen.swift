import Bytes
import CHost
import Glibc
import Synchronization
package import SystemPackage

/// The whole screen of a terminal, without the scrolled lines: raw mode, the alternate screen, reports of the mouse.
///
/// The terminal is put back by `leave`, and before any signal ends the process.
package final class TerminalScreen: Sendable {
  private let input: Int32
  private let output: Int32
  /// Whether the screen is this process's, so that frames may be written.
  private let isTaken = Mutex(false)

  /// The alternate screen, no cursor, no wrapping at the end of a line, mouse reports of modes 1000 and 1006 (xterm's Control
  /// Sequences).
  private static let entering = "\u{1b}[?1049h\u{1b}[?25l\u{1b}[?7l\u{1b}[?1000h\u{1b}[?1006h\u{1b}[2J"
  private static let leaving = "\u{1b}[?1006l\u{1b}[?1000l\u{1b}[?7h\u{1b}[?25h\u{1b}[0m\u{1b}[?1049l"

  /// Takes the terminal.
  ///
  /// - Parameters:
  ///   - input: a descriptor of the terminal that keys are read from.
  ///   - output: one that is written to.
  package init(input: Int32, output: Int32) throws(Errno) {
    self.input = input
    self.output = output
    let result = host_terminal_guard()
    guard result == 0 else { throw Errno(rawValue: -result) }
    try enter()
  }

  /// Takes the terminal again, after `leave` or when the process was continued.
  package func enter() throws(Errno) {
    let text = Self.leaving
    // SAFETY: the text is a copy that lives for the call, which copies it; the count is its own.
    let result = unsafe host_terminal_enter(input, output, text, text.utf8.count)
    guard result == 0 else { throw Errno(rawValue: -result) }
    isTaken.withLock { isTaken in
      isTaken = true
      Terminal.write(Self.entering, to: output)
    }
  }

  /// Puts the terminal back, after the frame that is being written; may be called more than once.
  package func leave() {
    isTaken.withLock { isTaken in
      isTaken = false
      host_terminal_leave()
    }
  }

  /// Puts the terminal back without waiting for a frame that the terminal does not take.
  package func leaveAtOnce() { host_terminal_leave() }

  package var size: (columns: Int, rows: Int)? { Terminal.size(output) }

  /// Writes a frame; nothing between `leave` and `enter`.
  package func write(_ text: String) {
    isTaken.withLock { isTaken in
      if isTaken { Terminal.write(text, to: output) }
    }
  }

  package enum Reading: Sendable { case octets([UInt8]), timedOut, ended }

  /// Waits up to `milliseconds` for what is typed.
  package func read(waiting milliseconds: Int32) -> Reading {
    var descriptor = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
    // SAFETY: one descriptor, as stated.
    let ready = unsafe poll(&descriptor, 1, milliseconds)
    if ready == 0 || ready < 0 && Errno.current == .interrupted { return .timedOut }
    guard ready > 0 else { return .ended }
    var octets = [UInt8](repeating: 0, count: 1024)
    // SAFETY: the count given is the array's.
    let count = unsafe Glibc.read(input, &octets, octets.count)
    if count < 0 && Errno.current == .interrupted { return .timedOut }
    return count > 0 ? .octets(Array(octets[..<count])) : .ended
  }
}
