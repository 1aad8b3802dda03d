import Bytes
import Correlation
package import DNSWire
package import TraceModel

// Names, questions and records.
extension JSONText {
  /// A name in lower case, without the final dot.
  mutating func element(_ value: NameView) -> WrittenName {
    let start = octets.count
    octets.append(UInt8(ascii: "\""))
    let kind = octets.append(jsonInside: value)
    fixed("\",")
    return WrittenName(text: start..<(octets.count - 1), hasUpperCase: kind.hasUpperCase)
  }

  /// The answers, each an object, followed by an array of the addresses in them.
  mutating func answers(_ records: RecordSection, to question: QuestionView?, hasTTL: Bool) {
    answers { $0.elements(records, to: question, hasTTL: hasTTL) }
  }

  /// The answers of all exchanges of a lookup that found a record.
  mutating func answers(of lookup: Lookup) {
    answers { json in
      for (index, exchange) in lookup.exchanges.enumerated()
      where exchange.isFound || index == lookup.deciding {
        guard let message = exchange.answer?.message else { continue }
        let view = message.view
        json.elements(
          view.answers, to: index == lookup.deciding ? view.question : nil,
          hasTTL: !exchange.view.isLocalLookup)
      }
    }
  }

  @inline(__always)
  private mutating func answers(_ write: (inout JSONText) -> Void) {
    let start = octets.count
    fixed(#""answers":["#)
    let inside = octets.count
    write(&self)
    guard octets.count > inside else { return octets.cut(to: start) }
    closeArray()
    guard !memory.resolved.isEmpty else { return }
    fixed(#""resolved_ip":["#)
    for index in memory.resolved.indices { element(again: memory.resolved[index]) }
    closeArray()
  }

  /// - Parameter question: the question whose name was written last, if the records are of the same message.
  private mutating func elements(
    _ records: RecordSection, to question: QuestionView?, hasTTL: Bool
  ) {
    // Most records have the name of the question or of the previous record, at the same offset in the
    // message.
    var place = question?.qname.place ?? -1
    var name = asked.text
    var cursor = records.makeCursor()
    while let record = cursor.next() {
      if record.type == .opt { continue }
      fixed(#"{"name":"#)
      if record.name.place == place {
        octets.append(again: name)
      } else {
        place = record.name.place
        name = element(record.name).text
        octets.cut(to: name.upperBound)
      }
      fixed(#","type":""#)
      octets.append(typeOf: record, &memory)
      fixed(#"","class":""#)
      octets.append(classOf: record, &memory)
      if hasTTL {
        fixed(#"","ttl":"#)
        octets.append(decimal: record.ttl)
        fixed(#","data":"#)
      } else {
        fixed(#"","data":"#)
      }
      if let address = IPAddress(record) {
        memory.addresses.append(AddressKey(address))
        memory.resolved.append(element(address))
      } else {
        octets.append(UInt8(ascii: "\""))
        octets.append(jsonInsideOf: record)
        fixed("\",")
      }
      closeObject()
    }
  }

  /// A record as in a zone file, its name in lower case and with the final dot.
  mutating func element(lineOf record: RecordView) {
    octets.append(UInt8(ascii: "\""))
    octets.append(jsonInside: record.name, finalDot: true)
    octets.append(UInt8(ascii: " "))
    octets.append(decimal: record.ttl)
    octets.append(UInt8(ascii: " "))
    octets.append(classOf: record, &memory)
    octets.append(UInt8(ascii: " "))
    octets.append(typeOf: record, &memory)
    octets.append(UInt8(ascii: " "))
    octets.append(jsonInsideOf: record)
    fixed("\",")
  }
}

extension ByteWriter {
  @inline(__always)
  mutating func append(typeOf question: QuestionView, _ memory: inout JSONMemory) {
    if question.isNetBIOS { return question.writeType(to: &self) }
    memory.types.write(question.qtype, to: &self)
  }

  @inline(__always)
  mutating func append(typeOf record: RecordView, _ memory: inout JSONMemory) {
    if record.isNetBIOS { return record.writeType(to: &self) }
    memory.types.write(record.type, to: &self)
  }

  @inline(__always)
  fileprivate mutating func append(classOf record: RecordView, _ memory: inout JSONMemory) {
    memory.classes.write(record.class, to: &self)
  }
}

extension IPAddress {
  /// The address in an A or AAAA record.
  package init?(_ record: RecordView) {
    if let address = record.ipv4 {
      self.init(v4: address)
    } else if let (high, low) = record.ipv6 {
      self.init(v6High: high, low: low)
    } else {
      return nil
    }
  }
}
