import Foundation

/// What a receiver of OTLP answers (https://opentelemetry.io/docs/specs/otlp): a success may be one of a part only, and a client must
/// not repeat the rest.
enum OTLPReply {
  private struct Body: Decodable {
    var partialSuccess: Part?

    struct Part: Decodable { var rejectedLogRecords: Count? }

    /// Numbers of 64 bits are strings, but not with every receiver.
    struct Count: Decodable {
      var value: Int

      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Int.self) {
          value = number
        } else {
          value = Int(try container.decode(String.self)) ?? 0
        }
      }
    }
  }

  static func verdict(_ status: Int, _ body: [UInt8], retryAfter: String?, isJSON: Bool) -> Verdict {
    let general = Verdict.of(status, Verdict.excerpt(body), retryAfter: retryAfter)
    guard case .stored = general else { return general }
    let rejected =
      isJSON
      ? (try? JSONDecoder().decode(Body.self, from: Data(body)))?.partialSuccess?.rejectedLogRecords?.value
      : rejectedRecords(body[...])
    return .stored(rejected: max(0, rejected ?? 0))
  }

  /// `ExportLogsServiceResponse.partial_success.rejected_log_records`, in protobuf.
  private static func rejectedRecords(_ response: ArraySlice<UInt8>) -> Int? {
    guard case .message(let part)? = field(1, of: response), case .number(let count)? = field(1, of: part)
    else {
      return nil
    }
    return Int(clamping: count)
  }

  private enum Value {
    case number(UInt64)
    case message(ArraySlice<UInt8>)
  }

  /// The last field of a number; nil without one, or where the octets end early.
  private static func field(_ number: UInt64, of message: ArraySlice<UInt8>) -> Value? {
    var rest = message
    var found: Value?
    while !rest.isEmpty {
      guard let tag = varint(&rest) else { return nil }
      let value: Value
      switch tag & 7 {
      case 0:
        guard let number = varint(&rest) else { return nil }
        value = .number(number)
      case 2:
        guard let length = varint(&rest), length <= rest.count else { return nil }
        value = .message(rest.prefix(Int(length)))
        rest = rest.dropFirst(Int(length))
      default: return nil
      }
      if tag >> 3 == number { found = value }
    }
    return found
  }

  private static func varint(_ octets: inout ArraySlice<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: 0, to: 64, by: 7) {
      guard let octet = octets.popFirst() else { return nil }
      value |= UInt64(octet & 0x7f) << UInt64(shift)
      if octet & 0x80 == 0 { return value }
    }
    return nil
  }
}
