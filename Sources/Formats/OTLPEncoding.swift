import Bytes

// OTLP in protobuf's encoding (https://protobuf.dev/programming-guides/encoding); the numbers are those of
// opentelemetry-proto 1.
extension ByteWriter {
  mutating func append(varint value: UInt64) {
    var value = value
    while value >= 0x80 {
      append(UInt8(truncatingIfNeeded: value) | 0x80)
      value >>= 7
    }
    append(UInt8(truncatingIfNeeded: value))
  }

  /// A message, or anything else with a length.
  mutating func append(field number: UInt64, _ write: (inout ByteWriter) -> Void) {
    var message = ByteWriter()
    write(&message)
    append(varint: number << 3 | 2)
    append(varint: UInt64(message.count))
    append(octets: message.span)
  }

  mutating func append(field number: UInt64, text: String) {
    append(varint: number << 3 | 2)
    append(varint: UInt64(text.utf8.count))
    append(text: text)
  }

  mutating func append(field number: UInt64, fixed value: Int64) {
    append(varint: number << 3 | 1)
    append(littleEndian: value)
  }

  /// LogRecord
  mutating func append(_ record: OTLPRecord) {
    append(field: 1, fixed: record.time)
    append(varint: 2 << 3)
    append(varint: record.severity.number)
    append(field: 3, text: record.severity.text)
    append(field: 5) { $0.append(.text(record.body)) }
    append(record.attributes, field: 6)
    append(field: 11, fixed: record.observed)
    append(field: 12, text: OTLPRecord.event)
  }

  /// Repeated KeyValue.
  mutating func append(_ attributes: OTLPAttributes, field number: UInt64) {
    for (name, value) in attributes.pairs {
      append(field: number) { pair in
        pair.append(field: 1, text: name)
        pair.append(field: 2) { $0.append(value) }
      }
    }
  }

  /// AnyValue
  mutating func append(_ value: OTLPValue) {
    switch value {
    case .text(let text): append(field: 1, text: text)
    case .number(let number):
      append(varint: 3 << 3)
      append(varint: UInt64(bitPattern: number))
    case .texts(let texts):
      append(field: 5) { array in
        for text in texts { array.append(field: 1) { $0.append(.text(text)) } }
      }
    }
  }
}

// OTLP in JSON: numbers of 64 bits are strings, as protobuf's JSON has them.
extension ByteWriter {
  mutating func append(otlpJSON record: OTLPRecord) {
    append(fixed: #"{"timeUnixNano":""#)
    append(decimal: record.time)
    append(fixed: #"","observedTimeUnixNano":""#)
    append(decimal: record.observed)
    append(fixed: #"","severityNumber":"#)
    append(decimal: record.severity.number)
    append(fixed: #","severityText":""#)
    append(text: record.severity.text)
    append(fixed: #"","eventName":""#)
    append(text: OTLPRecord.event)
    append(fixed: #"","body":"#)
    append(otlpJSON: .text(record.body))
    append(fixed: #","attributes":"#)
    append(otlpJSON: record.attributes)
    append(UInt8(ascii: "}"))
  }

  mutating func append(otlpJSON attributes: OTLPAttributes) {
    append(UInt8(ascii: "["))
    for (place, pair) in attributes.pairs.enumerated() {
      if place > 0 { append(UInt8(ascii: ",")) }
      append(fixed: #"{"key":""#)
      append(text: pair.name)
      append(fixed: #"","value":"#)
      append(otlpJSON: pair.value)
      append(UInt8(ascii: "}"))
    }
    append(UInt8(ascii: "]"))
  }

  mutating func append(otlpJSON value: OTLPValue) {
    switch value {
    case .text(let text):
      append(fixed: #"{"stringValue":"#)
      append(jsonString: text)
    case .number(let number):
      append(fixed: #"{"intValue":""#)
      append(decimal: number)
      append(UInt8(ascii: "\""))
    case .texts(let texts):
      append(fixed: #"{"arrayValue":{"values":["#)
      for (place, text) in texts.enumerated() {
        if place > 0 { append(UInt8(ascii: ",")) }
        append(otlpJSON: .text(text))
      }
      append(fixed: "]}")
    }
    append(UInt8(ascii: "}"))
  }
}
