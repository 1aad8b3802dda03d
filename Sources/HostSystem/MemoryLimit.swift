import CHost
import Glibc

/// The limit on this process's memory.
package enum MemoryLimit {
  /// Makes the process end with a text on standard error and an exit code if a failed allocation would abort it.
  package static func exitWhenReached(printing text: String, code: Int32) {
    // SAFETY: the text is a NUL-terminated copy that lives for the call, which copies it.
    unsafe _ = host_end_without_memory(text, code)
  }

  /// Whether the address space is limited, as by `ulimit -v`.
  package static var isSet: Bool {
    var limit = rlimit()
    // SAFETY: the limit is this call's own.
    return unsafe getrlimit(.init(RLIMIT_AS.rawValue), &limit) == 0 && limit.rlim_cur != rlim_t.max
  }
}
