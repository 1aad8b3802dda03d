import CSandbox
import Glibc
package import SystemPackage

/// What this process may still do once it has opened what it needs: files by Landlock, system calls by seccomp, and capabilities.
///
/// Nothing of it can be taken back, and threads that start later inherit it.
package struct Sandbox: Sendable {
  /// What is allowed below a path.
  package struct Access: OptionSet, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }
    private init(_ access: sandbox_access) { rawValue = access.rawValue }

    /// Reads files and lists directories.
    package static let read = Access(SANDBOX_READ)
    package static let write = Access(SANDBOX_WRITE)
    /// Makes regular files.
    package static let create = Access(SANDBOX_CREATE)
    /// Removes and renames files.
    package static let remove = Access(SANDBOX_REMOVE)
    package static let removeDirectory = Access(SANDBOX_REMOVE_DIRECTORY)
    /// Makes unix sockets.
    package static let makeSocket = Access(SANDBOX_SOCKET)
    /// For files that are replaced by others.
    package static let replace: Access = [.write, .create, .remove]
  }

  package struct Rule: Sendable, Equatable {
    package let path: String
    package let access: Access

    package init(_ path: String, _ access: Access) {
      self.path = path
      self.access = access
    }
  }

  package var rules: [Rule] = []
  /// TCP ports at which it listens; 0 for a free one.
  package var listensAt: [UInt16] = []
  /// TCP ports that it connects to. If there are any, it looks up names too.
  package var connectsTo: [UInt16] = []
  /// Whether it is querent-server, and not a trace.
  package var isServer = false
  package var capabilities: Capabilities = []
  /// Why files are not restricted; nil if they are.
  package var leavesFiles: String?
  /// Whether it connects to unix sockets.
  package var connects = false
  /// Whether it has children, which it waits for and sends signals to.
  package var hasChildren = false

  /// Whether output files are opened again when they have been renamed.
  package var reopensFiles = false

  package init() {}

  /// What of it the kernel has taken on.
  package struct Report: Sendable, Equatable {
    /// Capabilities that are left.
    package var capabilities: Capabilities
    package var files: Part
    package var calls: Part
  }

  package enum Part: Sendable, Equatable {
    /// Landlock's version, or the number of system calls that are allowed.
    case holds(Int)
    /// The kernel does not have it.
    case unavailable
    /// It would hinder the trace.
    case omitted(String)
    /// Another reason.
    case refused(Errno)

    fileprivate init(_ result: Int32) {
      self =
        result > 0 ? .holds(Int(result)) : result == 0 ? .unavailable : .refused(Errno(rawValue: -result))
    }
  }

  /// Landlock's version; 0 if the kernel has none.
  package static var landlockVersion: Int { Int(sandbox_landlock_version()) }

  /// Restricts this thread and those that start later, and by seccomp all.
  package func apply() -> Report {
    Capabilities.keepOnly(capabilities)
    // The filter refuses to ask.
    let left = Capabilities.effective()
    let files = restrictFiles()
    let calls = sandbox_restrict_calls(
      (connects ? SANDBOX_CONNECT.rawValue : 0) | (hasChildren ? SANDBOX_CHILDREN.rawValue : 0)
        | (isServer ? SANDBOX_SERVER.rawValue : 0) | (connectsTo.isEmpty ? 0 : SANDBOX_NETWORK.rawValue))
    return Report(capabilities: left, files: files, calls: Part(calls))
  }

  private func restrictFiles() -> Part {
    if let leavesFiles { return .omitted(leavesFiles) }
    guard Self.landlockVersion > 0 else { return .unavailable }
    do throws(Errno) {
      let list = try Errno.check(host: sandbox_open_rules(hasChildren ? 1 : 0))
      do throws(Errno) {
        // SAFETY: the paths are NUL-terminated copies that live for the call.
        for rule in rules {
          try unsafe Errno.check(host: sandbox_allow(list, rule.path, rule.access.rawValue))
        }
        for port in listensAt {
          try Errno.check(host: sandbox_allow_port(list, port, SANDBOX_PORT_LISTEN.rawValue))
        }
        for port in connectsTo {
          try Errno.check(host: sandbox_allow_port(list, port, SANDBOX_PORT_CONNECT.rawValue))
        }
      } catch {
        close(list)
        throw error
      }
      try Errno.check(host: sandbox_restrict_files(list))
      return .holds(Self.landlockVersion)
    } catch {
      return .refused(error)
    }
  }

  /// Loads the modules that look up host names; under the sandbox no code can be loaded.
  package static func loadNameModules() { sandbox_load_name_modules() }

  /// Tries what a sandbox should refuse; gives what was refused and what was not.
  package static func tryToLeave() -> (refused: [String], granted: [String]) {
    var (refused, granted): ([String], [String]) = ([], [])
    var number: UInt32 = 0
    // SAFETY: the names are constants, or null after the last.
    while let name = unsafe sandbox_attempt_name(number) {
      if sandbox_attempt(number) == 0 {
        unsafe refused.append(String(cString: name))
      } else {
        unsafe granted.append(String(cString: name))
      }
      number += 1
    }
    return (refused, granted)
  }
}
