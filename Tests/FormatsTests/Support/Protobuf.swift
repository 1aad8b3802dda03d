/// A reader of protocol buffers for tests: fields by number, in their order.
enum Protobuf {
  enum Value: Equatable {
    case number(UInt64)
    case octets([UInt8])
    case word(UInt32)
    case long(UInt64)
  }

  struct Malformed: Error { let offset: Int }

  static func fields(_ octets: [UInt8]) throws -> [(field: UInt64, value: Value)] {
    var at = 0
    func variable() throws -> UInt64 {
      var (number, shift): (UInt64, UInt64) = (0, 0)
      while at < octets.count, shift < 64 {
        let octet = octets[at]
        at += 1
        number |= UInt64(octet & 0x7f) << shift
        shift += 7
        if octet < 0x80 { return number }
      }
      throw Malformed(offset: at)
    }
    func fixed(_ count: Int) throws -> UInt64 {
      guard at + count <= octets.count else { throw Malformed(offset: at) }
      defer { at += count }
      return (0..<count).reduce(UInt64(0)) { $0 | UInt64(octets[at + $1]) << UInt64(8 * $1) }
    }
    var fields: [(UInt64, Value)] = []
    while at < octets.count {
      let key = try variable()
      switch key & 7 {
      case 0: fields.append((key >> 3, .number(try variable())))
      case 2:
        let count = try variable()
        guard count <= UInt64(octets.count - at) else { throw Malformed(offset: at) }
        fields.append((key >> 3, .octets(Array(octets[at..<at + Int(count)]))))
        at += Int(count)
      case 5: fields.append((key >> 3, .word(UInt32(try fixed(4)))))
      case 1: fields.append((key >> 3, .long(try fixed(8))))
      default: throw Malformed(offset: at)
      }
    }
    return fields
  }

  /// The same for a message without repeated fields.
  static func message(_ octets: [UInt8]) throws -> [UInt64: Value] {
    var message: [UInt64: Value] = [:]
    for (field, value) in try fields(octets) {
      guard message.updateValue(value, forKey: field) == nil else { throw Malformed(offset: 0) }
    }
    return message
  }
}

extension Protobuf.Value {
  var octets: [UInt8]? {
    guard case .octets(let octets) = self else { return nil }
    return octets
  }
}
