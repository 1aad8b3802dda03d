import Bytes
import TraceModel
import Correlation
import Foundation
import StrictJSON
import Testing

@testable import Formats

/// One object per line, with the names of ECS, that any parser accepts.
struct JSONFormatTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  private func line(_ record: FixtureRecord, host: Formats.Host = Fixture.host) -> [UInt8] {
    var output: [UInt8] = []
    var format = JSONFormat(host: host)
    format.start(&output)
    format.encode(record, to: &output)
    return output
  }

  private func leaves(_ name: String) throws -> [String: StrictJSON.Value] {
    try StrictJSON.parse(line(try #require(fixture.record(name))).dropLast()).value.leaves
  }

  @Test func `the fixture's output equals the golden file`() throws {
    try Golden.expect("exchanges.json", fixture.examples.flatMap { line($0.record) })
  }

  @Test func `each record is one line, an object without duplicate keys`() throws {
    for example in fixture.examples {
      let line = line(example.record)
      #expect(line.last == UInt8(ascii: "\n"))
      let (value, opened) = try StrictJSON.parse(line.dropLast())
      #expect(Set(opened).count == opened.count, "\(example.name)")
      // Another parser agrees.
      let other = try JSONSerialization.jsonObject(with: Data(line)) as? NSDictionary
      #expect(
        try #require(other) == NSDictionary(dictionary: value.foundation as? [String: Any] ?? [:]),
        "\(example.name)")
    }
  }

  @Test func `a complete record has the expected values`() throws {
    #expect(try leaves("chain of aliases") == Expected.chainOfAliases)
    #expect(try leaves("no such name") == Expected.noSuchName)
  }

  @Test(arguments: Expected.parts)
  func `each special case has its fields`(
    example: String, has: [String: StrictJSON.Value], lacks: [String]
  ) throws {
    let leaves = try leaves(example)
    for (path, value) in has { #expect(leaves[path] == value, "\(path)") }
    for path in lacks { #expect(leaves[path] == nil, "\(path)") }
  }

  @Test func `every path is declared, and every declared field occurs`() throws {
    let declared = Set(Field.all.map(\.name))
    #expect(declared.count == Field.all.count)
    var seen: Set<String> = []
    seen.formUnion(try StrictJSON.parse(line(try Fixture.lookup()).dropLast()).value.leaves.keys)
    #expect(seen.subtracting(declared).isEmpty)
    for example in fixture.examples {
      let leaves = try leaves(example.name)
      #expect(Set(leaves.keys).subtracting(declared).isEmpty, "\(example.name)")
      seen.formUnion(leaves.keys)
    }
    #expect(declared.subtracting(seen).isEmpty)
  }

  @Test func `a field has the type that it declares`() throws {
    for example in fixture.examples {
      let leaves = try leaves(example.name)
      for field in Field.all {
        guard let value = leaves[field.name] else { continue }
        switch (field.kind, value) {
        case ("long", .number), ("boolean", .flag): break
        case ("keyword", .string(let text)): #expect(!text.isEmpty)
        case ("ip", .string(let text)): #expect(IPAddress(text)?.description == text)
        case ("date", .string(let text)): #expect(text.hasSuffix("Z") && text.utf8.count == 30)
        case ("keyword[]", .array(let elements)):
          #expect(!elements.isEmpty && elements.allSatisfy { if case .string = $0 { true } else { false } })
        case ("ip[]", .array(let elements)):
          #expect(!elements.isEmpty)
          for case .string(let text) in elements { #expect(IPAddress(text)?.description == text) }
        case ("object[]", .array(let elements)):
          #expect(elements.allSatisfy { if case .object = $0 { true } else { false } })
        default: Issue.record("\(field.name) of \(example.name) is not \(field.kind): \(value)")
        }
      }
    }
  }

  @Test func `an unknown value has no key, on a host without known properties`() throws {
    let record = try #require(fixture.record("nobody is known"))
    let leaves = try StrictJSON.parse(line(record, host: Formats.Host(name: "", machineID: nil)).dropLast())
      .value
      .leaves
    for path in leaves.keys {
      #expect(
        !path.hasPrefix("process") && !path.hasPrefix("host") && !path.hasPrefix("container"), "\(path)")
    }
    #expect(leaves["querent.attribution.tier"] == nil)
    #expect(leaves["observer.egress.interface.name"] == nil)
  }

  @Test func `one buffer can hold several records`() throws {
    var format = JSONFormat(host: Fixture.host)
    var output = Array("before\n".utf8)
    for example in fixture.examples.prefix(2) { format.encode(example.record, to: &output) }
    #expect(
      output == Array("before\n".utf8) + line(fixture.examples[0].record) + line(fixture.examples[1].record))
  }

  @Test(arguments: [
    "a", "\u{80}", "\u{9f}", "\u{a0}", "Â", "\u{c2}x", "\u{7f}", "é\"\\", "\u{0}\u{1f}", "😀", "",
  ])
  func `a string is unchanged after parsing, and contains no control characters`(text: String) throws {
    let output = ByteWriter.array {
      $0.append(UInt8(ascii: "\""))
      $0.append(jsonInside: text.utf8)
      $0.append(UInt8(ascii: "\""))
    }
    #expect(try StrictJSON.parse(output).value == .string(text))
    #expect(String(decoding: output, as: UTF8.self).unicodeScalars.allSatisfy { !$0.isControl })
  }

  @Test func `an empty object or array is omitted`() {
    var text = ByteWriter()
    text.append(fixed: "before ")
    var json = JSONText(&text)
    json.beginRecord()
    json.number(#""a":"#, 1)
    json.object(#""b":"#) { json in
      json.flag(#""c":"#, true)
      json.object(#""d":"#) { $0.string(#""e":"#, "f") }
      json.object(#""never":"#) { $0.object(#""mind":"#) { $0.string(#""empty":"#, "") } }
    }
    json.array(#""g":"#) { _ in }
    json.array(#""h":"#) { json in
      json.element("i")
      json.element { $0.number(#""j":"#, UInt8?.some(2)) }
    }
    json.number(#""k":"#, nil as Int?)
    json.endRecord()
    json.finish(&text)
    #expect(
      text.text()
        == #"before {"a":1,"b":{"c":true,"d":{"e":"f"}},"h":["i",{"j":2}]}"# + "\n")
  }

  @Test(arguments: ["plain", "a\"b\\c", "\u{9f}\u{7f}", ""]) func `an element is unchanged after parsing`(
    text: String
  ) throws {
    var output = ByteWriter()
    output.append(fixed: "{")
    var json = JSONText(&output)
    json.array(#""a":"#) { $0.element(text) }
    json.finish(&output)
    output.replaceLast(with: UInt8(ascii: "}"))
    let array = output.array()
    #expect(try StrictJSON.parse(array).value == .object(["a": .array([.string(text)])]))
  }
}

extension StrictJSON.Value {
  /// The same as Foundation would hold it.
  var foundation: Any {
    switch self {
    case .object(let members): members.mapValues(\.foundation)
    case .array(let elements): elements.map(\.foundation)
    case .string(let text): text
    case .number(let number): number
    case .flag(let flag): flag
    }
  }
}

extension Unicode.Scalar {
  /// C0, DEL or C1: control characters of a terminal.
  var isControl: Bool { value < 0x20 || (0x7f...0x9f).contains(value) }
}
