import Foundation
import HostSystem
import Synchronization

/// A running program, with its output collected.
public final class Running: Sendable {
  private let child: Child
  private let output = Collected()
  private let errors = Collected()
  private let ending = Mutex<Int32?>(nil)

  public var pid: Int32 { child.pid }

  /// Starts a program, looked up in PATH.
  public init(_ arguments: [String], environment: [String: String] = [:]) throws {
    let toOutput = try output.open()
    let toErrors = try errors.open()
    defer {
      close(toOutput)
      close(toErrors)
    }
    do {
      child = try Child(
        arguments, environment: environment, output: .descriptors(output: toOutput, errors: toErrors))
    } catch {
      throw LabError(
        "can't start \(arguments[0]): \(error.errno); make setup installs what tests need")
    }
  }

  /// Standard output; complete when the program has ended.
  public var text: String { output.text }
  /// Standard error.
  public var errorText: String { errors.text }

  /// Waits until standard error contains a text that many times; throws if the program ends or a minute passes
  /// before that.
  public func waitForError(_ text: String, times: Int = 1) throws { try errors.wait(for: text, times: times) }

  /// Waits until standard output contains a text.
  public func waitForOutput(_ text: String) throws { try output.wait(for: text) }

  public func send(_ signal: Int32) { child.send(signal) }

  /// Waits for the end of the program and of its output; returns the exit code, or 128 plus the signal.
  @discardableResult
  public func wait() -> Int32 {
    let code = ending.withLock { ending in
      let code = ending ?? child.wait()
      ending = code
      return code
    }
    output.waitForEnd()
    errors.waitForEnd()
    return code
  }
}

public struct LabError: Error, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}

/// Collects what is written to a pipe, and waits for a text in it.
private final class Collected: Sendable {
  private struct State {
    var data = Data()
    var isEnded = false
  }

  private let condition = NSCondition()
  private let state = Mutex(State())

  /// Starts collecting; returns the end to write to.
  func open() throws -> Int32 {
    let (descriptor, writing) = try FileDescriptors.pipe()
    _ = try HostSystem.Thread { [self] in
      var buffer = [UInt8](repeating: 0, count: 65536)
      while true {
        let count = unsafe read(descriptor, &buffer, buffer.count)
        if count < 0 && errno == EINTR { continue }
        condition.lock()
        state.withLock { state in
          if count > 0 { state.data.append(contentsOf: buffer[..<count]) } else { state.isEnded = true }
        }
        condition.broadcast()
        condition.unlock()
        if count <= 0 { break }
      }
      close(descriptor)
    }
    return writing
  }

  var text: String { state.withLock { String(decoding: $0.data, as: UTF8.self) } }

  func wait(for part: String, times: Int = 1) throws {
    let deadline = Date(timeIntervalSinceNow: 60)
    condition.lock()
    defer { condition.unlock() }
    while text.ranges(of: part).count < times {
      if state.withLock({ $0.isEnded }) { throw LabError("ended without \"\(part)\":\n\(text)") }
      if !condition.wait(until: deadline) { throw LabError("no \"\(part)\" within a minute:\n\(text)") }
    }
  }

  func waitForEnd() {
    condition.lock()
    defer { condition.unlock() }
    while !state.withLock({ $0.isEnded }) {
      if !condition.wait(until: Date(timeIntervalSinceNow: 60)) { return }
    }
  }
}
