import TraceModel
import DNSWire
import Bytes

// Values without a key: elements of arrays, and what stands behind a key.
extension JSONText {
  @inline(__always)
  mutating func element(_ write: (inout Self) -> Void) {
    octets.append(UInt8(ascii: "{"))
    write(&self)
    octets.replaceLast(with: UInt8(ascii: "}"))
    comma()
  }

  @inline(__always)
  mutating func quotedElement(_ write: (inout ByteWriter) -> Void) {
    octets.append(UInt8(ascii: "\""))
    write(&octets)
    octets.append(fixed: "\",")
  }

  mutating func element(_ value: String) {
    octets.append(UInt8(ascii: "\""))
    if value.utf8.span.isPlain {
      octets.append(octets: value.utf8.span)
    } else {
      octets.append(jsonInside: value.utf8)
    }
    octets.append(fixed: "\",")
  }

  mutating func element(_ value: IPAddress) {
    for index in addresses.indices where addresses[index].value == value {
      return element(again: addresses[index].text)
    }
    let start = octets.count
    octets.append(UInt8(ascii: "\""))
    value.write(to: &octets)
    octets.append(fixed: "\",")
    // The comma may become a bracket.
    if addresses.count < 16 { addresses.append(Written(value: value, text: start..<(octets.count - 1))) }
  }

  /// A name in lower case, without the final dot.
  @discardableResult
  mutating func element(_ value: NameView) -> Range<Int> {
    let start = octets.count
    octets.append(UInt8(ascii: "\""))
    if !value.writePlain(to: &octets, lowercased: true) { octets.append(jsonInside: value) }
    octets.append(fixed: "\",")
    return start..<(octets.count - 1)
  }

  /// A record as in a zone file, its name in lower case and with the final dot.
  mutating func element(lineOf record: RecordView) {
    octets.append(UInt8(ascii: "\""))
    let name = record.name
    if name.writePlain(to: &octets, lowercased: true) {
      if !name.isRoot { octets.append(UInt8(ascii: ".")) }
    } else {
      octets.append(jsonInside: name)
      octets.append(UInt8(ascii: "."))
    }
    octets.append(UInt8(ascii: " "))
    octets.append(decimal: record.ttl)
    octets.append(UInt8(ascii: " "))
    memory.classes.write(record.class, to: &octets)
    octets.append(UInt8(ascii: " "))
    if let own = record.ownTypeMnemonic {
      octets.append(octets: own.utf8.span)
    } else {
      memory.types.write(record.type, to: &octets)
    }
    octets.append(UInt8(ascii: " "))
    octets.append(jsonInsideOf: record)
    octets.append(fixed: "\",")
  }

  /// A record's data in presentation form; answers the address that it is.
  mutating func data(_ key: StaticString, of record: RecordView) -> IPAddress? {
    octets.append(fixed: key)
    if let address = IPAddress(record) {
      element(address)
      return address
    }
    octets.append(UInt8(ascii: "\""))
    octets.append(jsonInsideOf: record)
    octets.append(fixed: "\",")
    return nil
  }

  /// Text in presentation form, printable ASCII, which `write` appends.
  @inline(__always)
  mutating func element(presentation write: (inout ByteWriter) -> Void) {
    octets.append(UInt8(ascii: "\""))
    octets.append(escapingJSON: write)
    octets.append(fixed: "\",")
  }

  /// Members that are the same whenever the method is, for one host.
  @inline(__always)
  mutating func kept(
    _ method: AttributionMethod, isInherited: Bool, _ write: (inout Self, AttributionMethod) -> Void
  ) {
    for index in memory.methods.indices
    where memory.methods[index].method == method && memory.methods[index].isInherited == isInherited {
      return octets.append(octets: memory.methods[index].text)
    }
    let text = Self.text { write(&$0, method) }
    octets.append(octets: text)
    memory.methods.append((method, isInherited, text))
  }

  /// The same as `process`, of a party that has been written before, copied.
  mutating func keptProcess(_ party: Party, _ host: Host) {
    memory.processes.write(party, host, to: &octets)
  }

  /// Members by themselves, to be kept.
  static func text(_ write: (inout JSONText) -> Void) -> [UInt8] {
    ByteWriter.array(room: 512) { text in
      var json = JSONText(writingTo: &text)
      write(&json)
      json.finish(to: &text)
    }
  }

  mutating func element(again range: Range<Int>) {
    octets.append(again: range)
    comma()
  }
}
