import Bytes
import DNSWire
import Testing

@Suite("A service binding")
struct ServiceBindingTests {
  private static let foo = "03 666f6f 07 6578616d706c65 03 636f6d 00"
  private static let fooOrg = "03 666f6f 07 6578616d706c65 03 6f7267 00"

  @Test(
    "has the text of RFC 9460 Appendix D",
    arguments: [
      ("0000" + foo, "0 foo.example.com."),
      ("0001 00", "1 ."),
      ("0010" + foo + "0003 0002 0035", #"16 foo.example.com. port="53""#),
      ("0001" + foo + "029b 0005 68656c6c6f", #"1 foo.example.com. key667="hello""#),
      ("0001" + foo + "029b 0009 68656c6c6fd2716f6f", #"1 foo.example.com. key667="hello\210qoo""#),
      (
        "0001" + foo
          + "0006 0020 20010db8000000000000000000000001 20010db8000000000000000000530001",
        #"1 foo.example.com. ipv6hint="2001:db8::1,2001:db8::53:1""#
      ),
      (
        "0001 07 6578616d706c65 03 636f6d 00 0006 0010 20010db80122034400000000c0000221",
        #"1 example.com. ipv6hint="2001:db8:122:344::c000:221""#
      ),
      (
        "0010" + fooOrg + "0000 0004 0001 0004 0001 0009 02 6832 05 68332d3139 0004 0004 c0000201",
        #"16 foo.example.org. mandatory="alpn,ipv4hint" alpn="h2,h3-19" ipv4hint="192.0.2.1""#
      ),
      (
        "0010" + fooOrg + "0001 000c 08 665c6f6f2c626172 02 6832",
        #"16 foo.example.org. alpn="f\\\\oo\\,bar,h2""#
      ),
    ])
  func appendixD(wire: String, text: String) throws {
    let message = try StoredMessage(answer: .svcb, [UInt8](hex: wire))
    #expect(message.view.answers.texts == [text])
  }

  @Test(
    "shows every key's value in the form of its RFC",
    arguments: [
      ("0002 0000", "no-default-alpn"),
      ("0005 0006 0004 fe0d0000", #"ech="AAT+DQAA""#),
      ("0007 0010 2f646e732d71756572797b3f646e737d", #"dohpath="/dns-query{?dns}""#),
      ("0008 0000", "ohttp"),
      ("0009 0004 001d 0017", #"tls-supported-groups="29,23""#),
      ("000a 0000", "docpath"),
      ("ffff 0001 22", #"key65535="\"""#),
    ])
  func keys(wire: String, text: String) throws {
    let message = try StoredMessage(answer: .https, [UInt8](hex: "0001 00" + wire))
    #expect(message.view.answers.texts == ["1 . " + text])
  }

  @Test(
    "is refused if a client must ignore it (RFC 9460 §2.2)",
    arguments: [
      ("keys not in ascending order", "0003 0002 0035 0001 0003 02 6832"),
      ("a key twice", "0003 0002 0035 0003 0002 0035"),
      ("an empty list of mandatory keys", "0000 0000"),
      ("mandatory keys not in ascending order", "0000 0004 0004 0001 0001 0003 02 6832 0004 0004 c0000201"),
      ("mandatory among the mandatory keys", "0000 0002 0000"),
      ("half a mandatory key", "0000 0001 01"),
      ("no protocol in alpn", "0001 0000"),
      ("an empty protocol in alpn", "0001 0001 00"),
      ("a protocol longer than alpn", "0001 0002 02 68"),
      ("a value where none belongs", "0002 0001 00"),
      ("a port of one octet", "0003 0001 35"),
      ("a port of three octets", "0003 0003 003500"),
      ("no address", "0004 0000"),
      ("half an IPv4 address", "0004 0002 c000"),
      ("half an IPv6 address", "0006 0008 20010db800000000"),
      ("a configuration list shorter than it says", "0005 0006 0005 fe0d0000"),
    ])
  func malformed(what: String, wire: String) throws {
    let error = #expect(throws: WireError.self, "\(what)") {
      try StoredMessage(answer: .svcb, [UInt8](hex: "0001 00" + wire))
    }
    #expect(error?.reason == .malformedRData(.svcb), "\(what)")
  }

  @Test("is refused if it ends inside a parameter", arguments: ["00", "0003", "0003 00", "0003 0002 00"])
  func truncated(wire: String) {
    let error = #expect(throws: WireError.self) {
      try StoredMessage(answer: .https, [UInt8](hex: "0001 00" + wire))
    }
    #expect(error?.reason == .rdataLength(.https))
  }

  @Test("has fields that code can read")
  func fields() throws {
    let wire = [UInt8](hex: "0001 00 0001 0006 02 6832 02 6833 0003 0002 01bb")
    let message = try StoredMessage(answer: .https, wire)
    guard case .https(let binding) = message.view.answers.first?.rdata else {
      Issue.record("not a binding")
      return
    }
    let (isAlias, targetIsRoot) = (binding.isAlias, binding.target.isRoot)
    #expect(binding.priority == 1)
    #expect(!isAlias)
    #expect(targetIsRoot)
    var keys: [ServiceParameterKey] = []
    var parameters = binding.parameters.makeCursor()
    while let parameter = parameters.next() { keys.append(parameter.key) }
    #expect(keys == [.alpn, .port])
    var text = ByteWriter()
    binding.parameters[.alpn]?.writeValue(to: &text)
    let written = text.text()
    #expect(written == "h2,h3")
    #expect(binding.parameters[.ech]?.key == nil)
  }
}
