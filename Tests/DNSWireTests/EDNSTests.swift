import Bytes
import DNSWire
import Testing

@Suite("EDNS")
struct EDNSTests {
  private func message(_ options: String) throws -> StoredMessage {
    try StoredMessage(.header(additional: 1) + .record(.opt, class: 4096, [UInt8](hex: options)))
  }

  private func text(_ options: String) throws -> [String] {
    let message = try message(options)
    guard var options = message.view.edns?.options.makeCursor() else { return [] }
    var texts: [String] = []
    while let option = options.next() {
      var text = ByteWriter()
      option.write(to: &text)
      texts.append(text.text())
    }
    return texts
  }

  @Test("is absent without an OPT record among the additional records (RFC 6891 §6.1.1)")
  func absent() throws {
    #expect(try !StoredMessage(.header()).index.hasEDNS)
    #expect(try !StoredMessage(.header(answers: 1) + .record(.opt, class: 4096, [])).index.hasEDNS)
  }

  @Test("comes from the first OPT record if there are several")
  func several() throws {
    let octets: [UInt8] = .header(additional: 3) + .record(.a, [192, 0, 2, 1])
    let stored = try StoredMessage(
      octets + .record(.opt, class: 1232, []) + .record(.opt, class: 4096, []))
    let message = stored.view
    #expect(message.edns?.udpPayloadSize == 1232)
    #expect(message.additional.count == 3)
  }

  @Test("has the fields of RFC 6891 §6.1.2 and §6.1.3")
  func fields() throws {
    let octets = [UInt8](hex: "0001 8003 0000 0000 0000 0001 00 0029 1000 02 01 8001 0000")
    let stored = try StoredMessage(octets)
    let message = stored.view
    guard let edns = message.edns else {
      Issue.record("no EDNS")
      return
    }
    let (dnssecOK, hasOptions) = (edns.dnssecOK, !edns.options.isEmpty)
    #expect(edns.udpPayloadSize == 4096)
    #expect(edns.extendedResponseCode == 2)
    #expect(edns.version == 1)
    #expect(dnssecOK)
    #expect(edns.flags == 0x8001)
    #expect(!hasOptions)
    #expect(message.responseCode.rawValue == 0x23)
  }

  @Test(
    "is refused when an option is longer than the record", arguments: ["000a", "000a 0008 00", "000a 0001"])
  func badLength(options: String) {
    let error = #expect(throws: WireError.self) { try message(options) }
    #expect(error?.reason == .rdataLength(.opt))
  }

  @Test(
    "has options, each with a text",
    arguments: [
      ("0003 0000", "NSID"),
      ("0003 0004 67706462", #"NSID="gpdb""#),
      ("0003 0002 001b", #"NSID="\000\027""#),
      ("0005 0003 08 0d 0f", "DAU=8,13,15"),
      ("0008 0007 0001 18 00 c00002", "ECS=192.0.2.0/24/0"),
      ("0008 0004 0001 00 00", "ECS=0.0.0.0/0/0"),
      ("0008 000b 0002 38 30 20010db8fd1342", "ECS=2001:db8:fd13:4200::/56/48"),
      ("0009 0000", "EXPIRE"),
      ("0009 0004 00093a80", "EXPIRE=604800"),
      ("000a 0008 2464c4abcf10c957", "COOKIE=2464c4abcf10c957"),
      ("000a 0010 2464c4abcf10c957 010000005cf79f11", "COOKIE=2464c4abcf10c957010000005cf79f11"),
      ("000b 0000", "KEEPALIVE"),
      ("000b 0002 0064", "KEEPALIVE=100"),
      ("000c 0003 000000", "PADDING=3"),
      ("000d 0005 03 636f6d 00", "CHAIN=com."),
      ("000e 0004 4a5c 4f66", "KEYTAG=19036,20326"),
      ("000f 0002 0016", #"EDE=22 "No Reachable Authority""#),
      ("000f 0005 0006 626164", #"EDE=6 "DNSSEC Bogus" "bad""#),
      ("000f 0003 c000 00", "EDE=49152"),
      ("0012 000b 01 61 07 6578616d706c65 00", "REPORT-CHANNEL=a.example."),
      ("0013 0006 02 00 78a5ff4c", "ZONEVERSION=2 SOA-SERIAL 2024144716"),
      ("0013 0003 02 f6 ab", "ZONEVERSION=2 246 ab"),
      ("0016 0002 6465", #"EDE-EXTRA-TEXT-LANGUAGE="de""#),
      ("0018 0003 411b42", #"FILTERING-ORGANIZATION="A\027B""#),
      ("fde9 0002 beef", "OPT65001=beef"),
    ])
  func options(wire: String, expected: String) throws {
    #expect(try text(wire) == [expected])
  }

  @Test(
    "treats a malformed option like an unknown one, and accepts the message",
    arguments: [
      ("an address shorter than its prefix", "0008 0006 0001 18 00 c000"),
      ("an address longer than its prefix", "0008 0008 0001 18 00 c0000201"),
      ("bits behind the prefix", "0008 0007 0001 17 00 c00003"),
      ("a prefix longer than an address", "0008 0009 0001 21 00 c000020100"),
      ("an unknown address family", "0008 0007 0003 18 00 c00002"),
      ("no prefix", "0008 0002 0001"),
      ("a cookie of seven octets", "000a 0007 2464c4abcf10c9"),
      ("a server cookie of seven octets", "000a 000f 2464c4abcf10c957 010000005cf79f"),
      ("an error of one octet", "000f 0001 00"),
      ("a timeout of one octet", "000b 0001 00"),
      ("a name that does not end", "000d 0002 03 63"),
      ("a name with a pointer", "0012 0002 c000"),
      ("a serial of three octets", "0013 0005 02 00 78a5ff"),
    ])
  func garbled(what: String, wire: String) throws {
    let message = try message(wire)
    var options = message.view.edns?.options.makeCursor()
    guard let option = options?.next(), case .other(let octets) = option.value else {
      Issue.record("\(what) was read")
      return
    }
    #expect(octets.count == option.octets.count)
  }

  @Test("has properties for common options")
  func lookup() throws {
    let message = try message(
      "000f 0007 0011 6e6f7065 00 000f 0002 0003 000a 0008 2464c4abcf10c957 0008 0007 0001 18 10 c00002")
    let edns = message.view.edns
    #expect(edns?.extendedError?.code == .filtered)
    #expect(edns?.extendedError?.text == "nope")
    #expect(edns?.cookie?.client.count == 8)
    #expect(edns?.cookie?.server.isEmpty == true)
    #expect(edns?.clientSubnet?.address == .ipv4(0xC000_0200))
    #expect(edns?.clientSubnet?.sourcePrefix == 24)
    #expect(edns?.clientSubnet?.scopePrefix == 16)
    let other = try self.message("")
    #expect(other.view.edns?.extendedError?.code == nil)
  }
}
