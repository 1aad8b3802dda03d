import CLibBPF
import Glibc
import ProbeABI
import ProcFS

/// Records the owners of sockets that are older than querent, without a kernel iterator: duplicates
/// each socket of each process with pidfd_getfd(2) (Linux 5.6) and sets its storage from user space.
enum DescriptorBackfill {
  /// - Parameter owners: the descriptor of the socket storage map.
  static func run(owners: Int32) {
    for pid in ProcFS.numbers(in: "/proc") {
      guard let owner = owner(of: pid) else { continue }
      let pidfd = querent_pidfd_open(pid)
      guard pidfd >= 0 else { continue }
      let process = Descriptor(owning: pidfd)
      for number in ProcFS.numbers(in: "/proc/\(pid)/fd") {
        guard ProcFS.link("/proc/\(pid)/fd/\(number)")?.hasPrefix("socket:") == true else { continue }
        let copy = querent_pidfd_getfd(process.number, number)
        guard copy >= 0 else { continue }
        let socket = Descriptor(owning: copy)
        guard isInternet(socket) else { continue }
        var key = socket.number
        var value = querent_stored_owner()
        value.owner = owner
        // SAFETY: key and value have the map's sizes (asserted in the ABI header). BPF_NOEXIST keeps a
        // record that a hook has written meanwhile, which is better evidence.
        unsafe bpf_map_update_elem(owners, &key, &value, UInt64(BPF_NOEXIST))
      }
    }
  }

  private static func isInternet(_ socket: borrowing Descriptor) -> Bool {
    var domain: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    // SAFETY: the size passed is the size of the value.
    let result = unsafe getsockopt(socket.number, SOL_SOCKET, SO_DOMAIN, &domain, &size)
    return result == 0 && (domain == AF_INET || domain == AF_INET6)
  }

  private static func owner(of pid: Int32) -> querent_owner? {
    guard let stat = ProcessStat(pid: pid), let status = ProcFS.text("/proc/\(pid)/status") else {
      return nil
    }
    func identity(_ key: String) -> UInt32? {
      for line in status.split(separator: "\n") where line.hasPrefix(key) {
        return line.split(separator: "\t").dropFirst().first.flatMap { UInt32($0) }
      }
      return nil
    }
    var owner = querent_owner()
    owner.tgid = UInt32(pid)
    owner.tid = UInt32(pid)
    owner.parent_tgid = UInt32(clamping: stat.parent)
    owner.start_boottime = stat.startTicks &* ProcFS.nanosecondsPerTick
    owner.uid = identity("Uid:") ?? 0
    owner.gid = identity("Gid:") ?? 0
    owner.source = UInt8(QUERENT_SOURCE_BACKFILL.rawValue)
    // SAFETY: both fields are 16 octets and at most 15 of the name are copied, so a zero stays last.
    unsafe withUnsafeMutableBytes(of: &owner.name) { unsafe $0.copyBytes(from: stat.name.utf8.prefix(15)) }
    owner.thread_name = owner.name
    return owner
  }
}
