import CSandbox
import Glibc
import ProcFS
import Synchronization
package import SystemPackage

/// A process that reads for this one what its sandbox refuses: the links of other processes in /proc, the files of container
/// runtimes, the names of accounts (`Sources/CSandbox/broker.c` lists the paths). It ends with this value.
package final class FileBroker: Sendable {
  /// The descriptor of the requests; nil when the broker has ended.
  private let requests: Mutex<Int32?>
  private let ended: @Sendable () -> Void

  /// Starts it; to be called before there are threads.
  ///
  /// - Parameter ended: called once, if it ends before this value does.
  package init(ended: @escaping @Sendable () -> Void) throws(Errno) {
    var descriptor: Int32 = -1
    // SAFETY: the descriptor is this call's own.
    pid = try unsafe Errno.check(host: sandbox_start_broker(&descriptor))
    requests = Mutex(descriptor)
    self.ended = ended
  }

  package let pid: Int32

  deinit { requests.withLock { if let descriptor = $0 { close(descriptor) } } }

  package func link(_ path: String) -> String? { text(SANDBOX_LINK, 0, path) }
  package func user(_ uid: UInt32) -> String? { text(SANDBOX_USER, uid, "") }
  package func group(_ gid: UInt32) -> String? { text(SANDBOX_GROUP, gid, "") }
  package func octets(_ path: String) -> [UInt8]? { open(path).map { ProcFS.octets(of: $0) } }
  package func names(in path: String) -> [String] { open(path).map { ProcFS.names(in: $0) } ?? [] }

  private func open(_ path: String) -> Int32? {
    // SAFETY: the path is a NUL-terminated copy that lives for the call, which writes no text.
    ask { unsafe sandbox_ask($0, SANDBOX_OPEN.rawValue, 0, path, nil, 0) }
  }

  private func text(_ kind: sandbox_request, _ number: UInt32, _ path: String) -> String? {
    var octets = [UInt8](repeating: 0, count: 4096)
    let count = ask { requests in
      // SAFETY: the count given is the buffer's; the path is as above.
      unsafe octets.withUnsafeMutableBytes { buffer in
        unsafe sandbox_ask(
          requests, kind.rawValue, number, path, buffer.baseAddress?.assumingMemoryBound(to: CChar.self),
          buffer.count)
      }
    }
    guard let count, count > 0 else { return nil }
    return String(decoding: octets.prefix(Int(count)), as: UTF8.self)
  }

  /// The result of a request; nil if it was refused or failed.
  private func ask(_ request: (Int32) -> Int32) -> Int32? {
    let (result, hasEnded) = requests.withLock { requests -> (Int32, Bool) in
      guard let descriptor = requests else { return (-EPIPE, false) }
      let result = request(descriptor)
      guard result == -EPIPE else { return (result, false) }
      close(descriptor)
      requests = nil
      return (result, true)
    }
    if hasEnded { ended() }
    return result < 0 ? nil : result
  }
}
