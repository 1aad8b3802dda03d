package import TraceModel
import ProbeABI

/// The counters of the kernel programs, in packets.
package struct KernelCounters: Hashable, Sendable {
  package var seen: UInt64 = 0
  package var recognised: UInt64 = 0
  package var shipped: UInt64 = 0
  package var ringFull: UInt64 = 0
  package var shortened: UInt64 = 0
  package var noSocket: UInt64 = 0
  package var noOwner: UInt64 = 0
  package var storageFull: UInt64 = 0

  mutating func add(_ counters: querent_counters) {
    seen += counters.seen
    recognised += counters.recognised
    shipped += counters.shipped
    ringFull += counters.ring_full
    shortened += counters.shortened
    noSocket += counters.no_socket
    noOwner += counters.no_owner
    storageFull += counters.storage_full
  }

  /// Copies the counters into `ledger`.
  package func enter(into ledger: inout Ledger) {
    ledger.seen = seen
    ledger.recognised = recognised
    ledger.shipped = shipped
    ledger.ringFull = ringFull
    ledger.shortened = shortened
    ledger.noSocket = noSocket
    ledger.noOwner = noOwner
    ledger.unstoredOwners = storageFull
  }
}
