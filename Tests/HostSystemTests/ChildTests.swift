import Foundation
import Lab
import SystemPackage
import Testing

@testable import HostSystem

struct ChildTests {
  @Test func `the exit code is the program's, or 128 plus the signal that ended it`() throws {
    #expect(try Child(["sh", "-c", "exit 7"]).wait() == 7)
    let child = try Child(["sleep", "1000"])
    child.send(SIGTERM)
    #expect(child.wait() == 128 + SIGTERM)
  }

  @Test func `a missing program cannot be started, and no process remains`() throws {
    let error = try #require(throws: Child.SpawnError.self) { _ = try Child(["querent-no-such-program"]) }
    #expect(error.step == .exec && error.errno == .noSuchFileOrDirectory)
  }

  @Test func `the program gets arguments and added variables, and inherits the others`() throws {
    let running = try Running(
      ["sh", "-c", "printf '%s|%s|%s|%s' \"$0\" \"$1\" \"$WORD\" \"${PATH:+path}\"", "a b", ""],
      environment: ["WORD": "one two"])
    #expect(running.wait() == 0)
    #expect(running.text == "a b||one two|path")
  }

  @Test func `a prepared process executes the program when it is started, and never if it is cancelled`()
    throws
  {
    let folder = try Folder()
    for isStarted in [true, false] {
      let file = folder.path("\(isStarted)")
      let prepared = try Child.prepare(["touch", file])
      // It exists already, as a copy of this program.
      #expect(kill(prepared.child.pid, 0) == 0)
      if isStarted { try prepared.start() } else { prepared.cancel() }
      #expect(prepared.child.wait() == (isStarted ? 0 : 126))
      #expect(FileManager.default.fileExists(atPath: file) == isStarted)
    }
  }

  @Test func `signals that are blocked here are not blocked in the program`() throws {
    let text = try PrivateThread.run {
      Signals.block()
      let running = try Running(["grep", "^SigBlk", "/proc/self/status"])
      running.wait()
      return running.text
    }
    #expect(text == "SigBlk:\t0000000000000000\n")
  }

  @Test(.enabled(if: Requirements.isRoot, "needs root"))
  func `a program runs as the requested user, with that user's groups and home`() throws {
    let user = try #require(Child.User("nobody"))
    let (reading, writing) = try FileDescriptors.pipe()
    let child = try Child(
      ["sh", "-c", "id -u; id -g; echo $HOME $USER"], user: user,
      output: .descriptors(output: writing, errors: writing))
    close(writing)
    #expect(child.wait() == 0)
    let text = String(
      decoding: FileHandle(fileDescriptor: reading, closeOnDealloc: true).availableData, as: UTF8.self)
    #expect(text == "\(user.uid)\n\(user.gid)\n\(user.home) nobody\n")
  }

  @Test func `a user is found by name or number only`() {
    #expect(Child.User("root")?.uid == 0)
    #expect(Child.User("0")?.name == "root")
    #expect(Child.User("querent-no-such-user") == nil)
    #expect(Child.User("-1") == nil)
  }
}
