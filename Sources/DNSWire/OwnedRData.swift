/// The rdata of a record to be written: its octets, without compression.
package struct OwnedRData: Sendable {
  package let octets: [UInt8]

  private init(_ write: (inout [UInt8]) -> Void) {
    var octets: [UInt8] = []
    write(&octets)
    self.octets = octets
  }

  /// Of any type.
  package static func octets(_ octets: [UInt8]) -> Self { Self { $0 = octets } }

  /// An IPv4 address, big-endian (RFC 1035 §3.4.1).
  package static func a(_ address: UInt32) -> Self { Self { $0.append(bigEndian: address) } }

  /// An IPv6 address, its first and last eight octets, big-endian (RFC 3596 §2.2).
  package static func aaaa(high: UInt64, low: UInt64) -> Self {
    Self {
      $0.append(bigEndian: high)
      $0.append(bigEndian: low)
    }
  }

  /// Of NS, CNAME, PTR and DNAME.
  package static func name(_ name: OwnedName) -> Self { Self { name.view.writeWire(to: &$0) } }

  /// RFC 1035 §3.3.9.
  package static func mx(preference: UInt16, exchange: OwnedName) -> Self {
    Self {
      $0.append(bigEndian: preference)
      exchange.view.writeWire(to: &$0)
    }
  }

  /// The numbers are serial, refresh, retry, expire and minimum (RFC 1035 §3.3.13).
  package static func soa(mname: OwnedName, rname: OwnedName, _ numbers: [UInt32]) -> Self {
    Self {
      mname.view.writeWire(to: &$0)
      rname.view.writeWire(to: &$0)
      for number in numbers { $0.append(bigEndian: number) }
    }
  }

  /// Strings longer than 255 octets become several (RFC 1035 §3.3.14).
  package static func txt(_ strings: [String]) -> Self {
    Self {
      for string in strings {
        var rest = Array(string.utf8)[...]
        repeat {
          $0.append(UInt8(truncatingIfNeeded: min(rest.count, 255)))
          $0.append(contentsOf: rest.prefix(255))
          rest = rest.dropFirst(255)
        } while !rest.isEmpty
      }
    }
  }

  /// RFC 2782.
  package static func srv(priority: UInt16, weight: UInt16, port: UInt16, target: OwnedName) -> Self {
    Self {
      for field in [priority, weight, port] { $0.append(bigEndian: field) }
      target.view.writeWire(to: &$0)
    }
  }

  /// Of SVCB and HTTPS; parameters in ascending order of their keys, their values in wire format (RFC 9460 §2.2).
  package static func serviceBinding(
    priority: UInt16, target: OwnedName, _ parameters: KeyValuePairs<ServiceParameterKey, [UInt8]> = [:]
  ) -> Self {
    Self {
      $0.append(bigEndian: priority)
      target.view.writeWire(to: &$0)
      for (key, value) in parameters { $0.append(tag: key.rawValue, value) }
    }
  }

  /// RFC 8659 §4.1.
  package static func caa(flags: UInt8, tag: String, value: [UInt8]) -> Self {
    Self {
      $0.append(flags)
      $0.append(UInt8(truncatingIfNeeded: tag.utf8.count))
      $0.append(contentsOf: tag.utf8)
      $0.append(contentsOf: value)
    }
  }
}
