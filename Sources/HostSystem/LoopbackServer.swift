import Glibc
package import SystemPackage

/// Answers datagrams or length-prefixed streams on a loopback address, one thread each, until the process ends.
///
/// For the demo in a private network only: one stream at a time, no timeouts.
package enum LoopbackServer {
  package enum Family: Sendable { case v4, v6 }

  /// The answer to a message; nil sends none.
  package typealias Answer = @Sendable ([UInt8]) -> [UInt8]?

  /// Answers each datagram on 127.0.0.1 or ::1; throws if the port cannot be bound.
  package static func datagrams(_ family: Family, port: UInt16, _ answer: @escaping Answer) throws(Errno) {
    let descriptor = try bound(family, SOCK_DGRAM, port)
    _ = try Thread {
      var buffer = [UInt8](repeating: 0, count: 65536)
      while true {
        var peer = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        // SAFETY: both sizes are those of the values behind the pointers.
        let count = unsafe withUnsafeMutablePointer(to: &peer) { peer in
          unsafe peer.withMemoryRebound(to: sockaddr.self, capacity: 1) { peer in
            unsafe recvfrom(descriptor, &buffer, buffer.count, 0, peer, &size)
          }
        }
        guard count >= 0 else { return }
        guard let reply = answer(Array(buffer.prefix(count))) else { continue }
        // SAFETY: recvfrom has just set the peer's size.
        unsafe withUnsafePointer(to: &peer) { peer in
          unsafe peer.withMemoryRebound(to: sockaddr.self, capacity: 1) { peer in
            _ = unsafe sendto(descriptor, reply, reply.count, 0, peer, size)
          }
        }
      }
    }
  }

  /// Answers each message of each TCP stream, both with the two-octet length prefix (RFC 1035 §4.2.2).
  package static func streams(_ family: Family, port: UInt16, _ answer: @escaping Answer) throws(Errno) {
    let descriptor = try bound(family, SOCK_STREAM, port)
    try Errno.check(listen(descriptor, 16))
    _ = try Thread {
      while true {
        let stream = accept(descriptor, nil, nil)
        guard stream >= 0 else { return }
        while let prefix = octets(2, from: stream),
          let message = octets(Int(prefix[0]) << 8 | Int(prefix[1]), from: stream)
        {
          guard let reply = answer(message) else { continue }
          let framed =
            [UInt8(truncatingIfNeeded: reply.count >> 8), UInt8(truncatingIfNeeded: reply.count)] + reply
          // SAFETY: the count given is the buffer's.
          _ = unsafe send(stream, framed, framed.count, Int32(MSG_NOSIGNAL))
        }
        close(stream)
      }
    }
  }

  private static func octets(_ count: Int, from stream: Int32) -> [UInt8]? {
    var octets = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      // SAFETY: from `filled` to the end of the buffer.
      let received = unsafe octets.withUnsafeMutableBytes { buffer in
        unsafe recv(stream, buffer.baseAddress.map { unsafe $0 + filled }, count - filled, 0)
      }
      guard received > 0 else { return nil }
      filled += received
    }
    return octets
  }

  /// A socket bound to the loopback address.
  private static func bound(_ family: Family, _ type: __socket_type, _ port: UInt16) throws(Errno) -> Int32 {
    let domain = family == .v4 ? AF_INET : AF_INET6
    let descriptor = try Errno.check(socket(domain, Int32(type.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0))
    // For datagrams it would allow several sockets to share the port.
    if type == SOCK_STREAM {
      var yes: Int32 = 1
      // SAFETY: the size given is the value's.
      unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    }
    let result: Int32
    switch family {
    case .v4:
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
      // SAFETY: the size given is the value's.
      result = unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
          unsafe bind(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
    case .v6:
      var address = sockaddr_in6()
      address.sin6_family = sa_family_t(AF_INET6)
      address.sin6_port = port.bigEndian
      address.sin6_addr = in6addr_loopback
      // SAFETY: the size given is the value's.
      result = unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
          unsafe bind(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_in6>.size))
        }
      }
    }
    guard result == 0 else {
      let error = Errno.current
      close(descriptor)
      throw error
    }
    return descriptor
  }
}
