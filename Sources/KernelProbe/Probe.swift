import CLibBPF
import Glibc
import ProbeABI
import Synchronization

/// The kernel programs, loaded and attached. The kernel frees them when the last reference is released, or when the
/// process ends for any reason, because only this process's descriptors refer to them.
package final class Probe: @unchecked Sendable {
  // SAFETY: `drain` is called by one thread only, as its documentation requires; everything else is
  // immutable after init or a system call on a descriptor.

  /// The tier in use, and why the better ones are not.
  package let report: ProbeReport
  let object: BPFObject
  /// The kernel counts how long programs run while this is open; nil where it was not asked, or refused.
  let runTimeStatistics: Descriptor?
  private var attachments: Attachments
  private let ring: RingBuffer
  private let countersMap: Int32
  /// The programs whose run time is counted: those that are attached.
  let countedPrograms: [String]
  let executionsMap: Int32
  let originsMap: Int32

  /// Loads and attaches: first the hooks that record owners, then the owners of older sockets, then the tap.
  package init(_ plan: ProbePlan) throws(ProbeError) {
    var refusals: [ProbeReport.Refusal] = []
    switch plan.tap {
    case .cgroup(let path):
      guard let cgroup = Descriptor(directory: path) else {
        throw ProbeError(.cgroup, errno: errno, log: path)
      }
      object = try Self.load(plan, refusals: &refusals)
      (attachments, report) = try Self.attach(plan, object: object, cgroup: cgroup, refusals: refusals)
    case .interface(let name):
      var result: (Attachments, ProbeReport)?
      object = try Self.loadForInterfaces(plan, name: name, &result)
      guard let result else { throw ProbeError(.attach, errno: EINVAL) }
      (attachments, report) = result
    }
    ring = try RingBuffer(map: object.mapDescriptor("ring"), size: plan.ringSize)
    countersMap = object.mapDescriptor("counters")
    executionsMap = object.mapDescriptor("executions")
    originsMap = object.mapDescriptor("origins")
    countedPrograms = plan.indispensable.union(report.programs).sorted()
    runTimeStatistics = plan.countsRunTime ? Self.startRunTimeStatistics() : nil
    malloc_trim(0)  // returns the memory that libbpf used for the kernel's types, about 10 MB
  }

  /// Passes every record in the ring to `body`, waiting up to `milliseconds` for the first.
  ///
  /// Call it from one thread at a time. After many records it sleeps: waking the reader for
  /// every record would cost the host ten times the cost of the record itself.
  /// - Returns: the number of records.
  @discardableResult
  package func drain(waiting milliseconds: Int32, _ body: (borrowing Record) -> Void) -> Int {
    ring.drain(waiting: milliseconds, body)
  }

  /// Detaches all programs; records in the ring can still be drained.
  package func detach() { attachments = Attachments() }

  /// The sum of the kernel's counters over all CPUs.
  package func counters() -> KernelCounters {
    let cpus = Int(libbpf_num_possible_cpus())
    guard cpus > 0 else { return KernelCounters() }
    var values = [querent_counters](repeating: querent_counters(), count: cpus)
    var key: UInt32 = 0
    // SAFETY: the kernel writes one value per possible CPU, 8-octet aligned; the array has that size.
    let result = unsafe values.withUnsafeMutableBytes { buffer in
      unsafe bpf_map_lookup_elem(countersMap, &key, buffer.baseAddress)
    }
    guard result == 0 else { return KernelCounters() }
    return values.reduce(into: KernelCounters()) { $0.add($1) }
  }
}
