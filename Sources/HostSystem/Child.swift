import CHost
import Glibc
package import SystemPackage

/// A started program, which can be waited for once.
package struct Child: Sendable {
  package let pid: Int32

  /// The user of the program.
  package struct User: Sendable {
    package var uid: UInt32
    package var gid: UInt32
    package var name: String
    package var home: String
  }

  package struct SpawnError: Error {
    package enum Step: Sendable { case fork, cgroup, user, exec }
    package var step: Step
    package var errno: Errno

    fileprivate static func check(_ result: host_spawned) throws(SpawnError) {
      switch UInt32(result.step) {
      case HOST_SPAWN_DONE.rawValue: return
      case HOST_SPAWN_CGROUP.rawValue: throw SpawnError(step: .cgroup, errno: Errno(rawValue: result.error))
      case HOST_SPAWN_USER.rawValue: throw SpawnError(step: .user, errno: Errno(rawValue: result.error))
      case HOST_SPAWN_EXEC.rawValue: throw SpawnError(step: .exec, errno: Errno(rawValue: result.error))
      default: throw SpawnError(step: .fork, errno: Errno(rawValue: result.error))
      }
    }
  }

  /// Where the program reads and writes.
  package enum StandardStreams: Sendable {
    case inherited, discarded
    /// These descriptors, which stay open here, are standard output and standard error, and standard input if that is not -1.
    case descriptors(input: Int32 = -1, output: Int32, errors: Int32)
  }

  /// A forked process that waits for `start` before it executes the program; it ends if this process ends first.
  package struct Prepared: Sendable {
    package let child: Child
    fileprivate let spawned: host_spawned

    /// Executes the program.
    package func start() throws(SpawnError) { try SpawnError.check(host_spawned_go(spawned)) }

    /// Ends the process instead.
    package func cancel() {
      close(spawned.gate)
      close(spawned.report)
    }
  }

  /// Starts a program, looked up in PATH.
  package init(
    _ arguments: [String], cgroup: String? = nil, user: User? = nil, environment: [String: String] = [:],
    output: StandardStreams = .inherited
  ) throws(SpawnError) {
    let prepared = try Self.prepare(
      arguments, cgroup: cgroup, user: user, environment: environment, output: output)
    self = prepared.child
    do throws(SpawnError) {
      try prepared.start()
    } catch {
      _ = wait()
      throw error
    }
  }

  private init(pid: Int32) { self.pid = pid }

  /// Forks the process and prepares it up to the execution of the program.
  ///
  /// - Parameters:
  ///   - cgroup: a cgroup v2 directory for the program and all its children.
  ///   - user: the program's user; nil is querent's.
  ///   - environment: variables in addition to this program's own.
  package static func prepare(
    _ arguments: [String], cgroup: String? = nil, user: User? = nil, environment: [String: String] = [:],
    output: StandardStreams = .inherited
  ) throws(SpawnError) -> Prepared {
    var procs: Int32 = -1
    if let cgroup {
      // SAFETY: the path is a NUL-terminated copy that lives for the call.
      procs = unsafe open("\(cgroup)/cgroup.procs", O_WRONLY | O_CLOEXEC)
      guard procs >= 0 else { throw SpawnError(step: .cgroup, errno: .current) }
    }
    defer { if procs >= 0 { close(procs) } }
    var (fromInput, toOutput, toErrors, null): (Int32, Int32, Int32, Int32) = (-1, -1, -1, -1)
    switch output {
    case .inherited: break
    case .discarded:
      // SAFETY: as above.
      null = unsafe open("/dev/null", O_WRONLY | O_CLOEXEC)
      (toOutput, toErrors) = (null, null)
    case .descriptors(let input, let output, let errors):
      (fromInput, toOutput, toErrors) = (input, output, errors)
    }
    defer { if null >= 0 { close(null) } }

    let result = unsafe Self.withCStrings(arguments) { argumentPointers in
      unsafe Self.withCStrings(Self.environment(adding: environment, user: user)) { environmentPointers in
        let name = user?.name ?? ""
        // SAFETY: all strings live until this closure ends; the child works on its own copy.
        return unsafe name.withCString { name in
          unsafe host_spawn(
            argumentPointers, environmentPointers, procs,
            host_user(change: user == nil ? 0 : 1, uid: user?.uid ?? 0, gid: user?.gid ?? 0, name: name),
            fromInput, toOutput, toErrors)
        }
      }
    }
    let child = Child(pid: result.pid)
    do throws(SpawnError) {
      try SpawnError.check(result)
    } catch {
      if error.step != .fork {
        _ = child.wait()
        close(result.gate)
        close(result.report)
      }
      throw error
    }
    return Prepared(child: child, spawned: result)
  }

  /// Waits for its end: the exit code, or 128 plus the signal's number, as in shells.
  package func wait() -> Int32 {
    var status: Int32 = 0
    // SAFETY: the status is this call's own.
    while unsafe waitpid(pid, &status, 0) < 0 {
      if Errno.current != .interrupted { return 127 }
    }
    let signal = status & 0x7f
    return signal == 0 ? status >> 8 & 0xff : 128 + signal
  }

  package func send(_ signal: Int32) { kill(pid, signal) }

  private static func environment(adding extra: [String: String], user: User?) -> [String] {
    var extra = extra
    if let user {
      extra["USER"] = user.name
      extra["LOGNAME"] = user.name
      extra["HOME"] = user.home
    }
    var variables: [String] = []
    // SAFETY: environ is a NULL-terminated array, which does not change while this program runs.
    var pointer = unsafe environ
    while let entry = unsafe pointer.pointee {
      let variable = unsafe String(cString: entry)
      let key = variable.prefix { $0 != "=" }
      if extra[String(key)] == nil { variables.append(variable) }
      unsafe pointer += 1
    }
    return variables + extra.map { "\($0)=\($1)" }
  }

  private static func withCStrings<Result>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    // SAFETY: every copy is freed after the closure, and the array ends with NULL.
    var pointers: [UnsafeMutablePointer<CChar>?] = unsafe strings.map { unsafe strdup($0) }
    unsafe pointers.append(nil)
    defer { unsafe pointers.forEach { unsafe free($0) } }
    return unsafe pointers.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { fatalError("an array with an element has an address") }
      return unsafe body(start)
    }
  }
}

extension Child.User {
  /// A user by name or number; nil if there is none.
  package init?(_ text: String) {
    var buffer = [CChar](repeating: 0, count: 16384)
    let found: Self? = unsafe buffer.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return nil }
      // SAFETY: the entry is this call's own, its texts are in the buffer, whose count is given; all is copied before it ends.
      var entry = unsafe passwd()
      var result: UnsafeMutablePointer<passwd>? = nil
      unsafe _ = getpwnam_r(text, &entry, start, buffer.count, &result)
      if unsafe result == nil, let number = UInt32(text) {
        unsafe _ = getpwuid_r(number, &entry, start, buffer.count, &result)
      }
      guard let found = unsafe result?.pointee else { return nil }
      return unsafe Self(
        uid: found.pw_uid, gid: found.pw_gid, name: String(cString: found.pw_name),
        home: String(cString: found.pw_dir))
    }
    guard let found else { return nil }
    self = found
  }
}
