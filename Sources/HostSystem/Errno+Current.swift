import Glibc
package import SystemPackage

extension Errno {
  /// Why the last system call of this thread failed.
  static var current: Errno { Errno(rawValue: errno) }

  /// Throws why a system call failed, if it returned less than 0; else returns its result.
  @discardableResult
  static func check(_ result: Int32) throws(Errno) -> Int32 {
    guard result >= 0 else { throw current }
    return result
  }

  /// The same for a function of `CHost`, which returns a negative errno.
  @discardableResult
  static func check(host result: Int32) throws(Errno) -> Int32 {
    guard result >= 0 else { throw Errno(rawValue: -result) }
    return result
  }

  /// Whether memory is short, for example for a thread.
  package var isMemoryShortage: Bool { self == .noMemory || self == .resourceTemporarilyUnavailable }
}
