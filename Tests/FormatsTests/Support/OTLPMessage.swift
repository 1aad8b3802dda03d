/// What the fields of a message of OTLP's logs are (opentelemetry/proto/logs/v1/logs.proto).
enum OTLPMessage {
  case request, resourceLogs, resource, scopeLogs, scope, logRecord, keyValue, anyValue, array

  private enum Field {
    case text, number
    case message(OTLPMessage)
  }

  private var fields: [UInt64: Field] {
    switch self {
    case .request: [1: .message(.resourceLogs)]
    case .resourceLogs: [1: .message(.resource), 2: .message(.scopeLogs)]
    case .resource: [1: .message(.keyValue)]
    case .scopeLogs: [1: .message(.scope), 2: .message(.logRecord)]
    case .scope: [1: .text]
    case .logRecord:
      [
        1: .number, 2: .number, 3: .text, 5: .message(.anyValue), 6: .message(.keyValue), 11: .number,
        12: .text,
      ]
    case .keyValue: [1: .text, 2: .message(.anyValue)]
    case .anyValue: [1: .text, 2: .number, 3: .number, 5: .message(.array)]
    case .array: [1: .message(.anyValue)]
    }
  }

  /// The octets of all texts in it; throws if a field is not one of the definition.
  func strings(in octets: [UInt8]) throws -> [[UInt8]] {
    var strings: [[UInt8]] = []
    for (number, value) in try Protobuf.fields(octets) {
      switch (fields[number], value) {
      case (.text, .octets(let text)): strings.append(text)
      case (.number, .number), (.number, .long): continue
      case (.message(let message), .octets(let octets)): strings += try message.strings(in: octets)
      default: throw Protobuf.Malformed(offset: 0)
      }
    }
    return strings
  }
}
