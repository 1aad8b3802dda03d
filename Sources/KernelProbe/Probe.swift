import CLibBPF
import Glibc
import ProbeABI
import Synchronization

/// The kernel half, loaded and attached. It leaves the kernel when the last reference goes, or when the
/// process ends, however it ends: everything is held by this process's descriptors.
package final class Probe: @unchecked Sendable {
  // SAFETY: `drain` is called by one thread only, as its documentation asks; everything else is
  // immutable after init or a system call on a descriptor.

  /// What was chosen, and why nothing better.
  package let report: ProbeReport
  private let object: BPFObject
  private var attached: Attached
  private let ring: RingBuffer
  private let countersMap: Int32
  let executionsMap: Int32
  let originsMap: Int32

  /// Loads and attaches: the writers first, then the owners of older sockets, then the tap.
  package init(_ plan: ProbePlan) throws(ProbeError) {
    var refusals: [ProbeReport.Refusal] = []
    switch plan.tap {
    case .cgroup(let path):
      guard let cgroup = Descriptor(directory: path) else {
        throw ProbeError(.cgroup, errno: errno, log: path)
      }
      object = try Self.load(plan, refusals: &refusals)
      (attached, report) = try Self.attach(plan, object: object, cgroup: cgroup, refusals: refusals)
    case .interface(let name):
      var found: (Attached, ProbeReport)?
      object = try Self.loadForInterfaces(plan, name: name, &found)
      guard let found else { throw ProbeError(.attach, errno: EINVAL) }
      (attached, report) = found
    }
    ring = try RingBuffer(map: object.mapDescriptor("ring"), size: plan.ringSize)
    countersMap = object.mapDescriptor("counters")
    executionsMap = object.mapDescriptor("executions")
    originsMap = object.mapDescriptor("origins")
    malloc_trim(0)  // libbpf has read the types of the whole kernel, some ten megabytes
  }

  /// Hands every record that is in the ring to `body`, waiting up to `milliseconds` for the first.
  ///
  /// Call it from one thread at a time. After a drain of many records it naps: waking the reader for
  /// every record would cost the host ten times what the record itself costs.
  /// - Returns: how many records there were.
  @discardableResult
  package func drain(waiting milliseconds: Int32, _ body: (borrowing Record) -> Void) -> Int {
    ring.drain(waiting: milliseconds, body)
  }

  /// Takes the tap and the writers off; what is in the ring can still be drained.
  package func detach() { attached = Attached() }

  /// What the kernel has counted, over all processors.
  package func counters() -> KernelCounters {
    let cpus = Int(libbpf_num_possible_cpus())
    guard cpus > 0 else { return KernelCounters() }
    var values = [querent_counters](repeating: querent_counters(), count: cpus)
    var key: UInt32 = 0
    // SAFETY: the kernel writes one value per possible CPU, 8-octet aligned, which is what is there.
    let result = unsafe values.withUnsafeMutableBytes { buffer in
      unsafe bpf_map_lookup_elem(countersMap, &key, buffer.baseAddress)
    }
    guard result == 0 else { return KernelCounters() }
    return values.reduce(into: KernelCounters()) { $0.add($1) }
  }
}
