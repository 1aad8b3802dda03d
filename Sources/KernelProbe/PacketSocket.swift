import CLibBPF
import Glibc

/// A packet socket with a filter that copies packets to the ring and queues none.
final class PacketSocket {
  private let descriptor: Descriptor

  /// - Parameters:
  ///   - filter: the descriptor of a loaded socket filter program.
  ///   - interface: an interface of this network namespace; nil for all.
  init(filter: Int32, interface: String?) throws(ProbeError) {
    // SAFETY: the name is a NUL-terminated copy that is valid during the call.
    let index = interface.map { unsafe if_nametoindex($0) } ?? 0
    if let interface, index == 0 { throw ProbeError(.interface, errno: ENODEV, log: interface) }
    let number = querent_packet_socket(filter, index)
    guard number >= 0 else { throw ProbeError(.interface, errno: -number) }
    descriptor = Descriptor(owning: number)
  }
}
