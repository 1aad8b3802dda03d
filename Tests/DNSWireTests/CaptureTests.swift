import DNSWire
import Testing
import Traffic

/// Messages that other programs encoded: those of dnspython, and those of shared captures if they are
/// there.
struct CaptureTests {
  @Test(arguments: samples)
  func `record data has the text that dnspython gives it in`(_ sample: Sample) throws {
    let messages = try sample.messages().map { try StoredMessage($0) }
    // dnspython splits Base64 into groups.
    func joined(_ text: String) -> String { text.filter { $0 != " " } }
    let texts = messages.flatMap { $0.view.records.texts.map(joined) }
    for expected in sample.texts.map(joined) {
      #expect(texts.contains { $0 == expected || sample.isShared && $0.hasPrefix(expected) }, "\(texts)")
    }
    for message in messages { message.walk() }
  }

  @Test(arguments: malformed)
  func `malformed messages are refused with the reason, and the others are accepted, in`(
    _ sample: Sample
  ) throws {
    var found: [WireError.Reason] = []
    var count = 0
    for octets in try sample.messages() {
      do {
        try StoredMessage(octets).walk()
        count += 1
      } catch {
        found.append(error.reason)
      }
    }
    #expect(found == sample.reasons)
    #expect(count == sample.whole)
  }

  @Test(arguments: samples + malformed)
  func `a truncated or changed message gives a value or an error:`(_ sample: Sample) throws {
    for octets in try sample.messages().prefix(4) {
      if let message = try? StoredMessage(octets) { message.walk() }
      for step in 0..<40 {
        var changed = octets
        let index = step * 7919 % octets.count
        changed[index] = UInt8(truncatingIfNeeded: step &* 37)
        if let message = try? StoredMessage(changed) { message.walk() }
        if let message = try? StoredMessage(Array(octets.prefix(index)), extent: .start) { message.walk() }
      }
    }
  }

  @Test func `messages.txt exists and is complete`() {
    #expect(WrittenMessage.all.count == 95)
    #expect(WrittenMessage.all.allSatisfy { $0.octets.count > 12 })
  }

  @Test func `a message that is malformed after the question can be read up to the question`() throws {
    let octets = try #require(WrittenMessage.named("bad-hint").last)
    #expect(throws: WireError.self) { try StoredMessage(octets) }
    let stored = try StoredMessage(octets, extent: .questions)
    let message = stored.view
    #expect(message.question?.qtype == .https)
    #expect(message.answers.count == 0)
    #expect(stored.index.isCutShort)
  }

  @Test func `a response code has more bits than the header's four`() throws {
    let messages = try WrittenMessage.named("badvers").map { try StoredMessage($0) }
    #expect(messages.map(\.index.responseCode) == [.noError, .badVersion])
  }

  @Test func `the case of the queried name is kept`() throws {
    let message = try StoredMessage(try #require(WrittenMessage.named("case").first))
    guard let name = message.view.question?.qname else {
      Issue.record("asks nothing")
      return
    }
    let hasUpperCase = name.hasUpperCase
    #expect(name.presentation() == "Us.V27.DiStRiBuTeD.Example.Test.")
    #expect(hasUpperCase)
    #expect(OwnedName(name) == OwnedName("us.v27.distributed.example.test"))
  }

  @Test func `cookies and keepalive are in the text of the EDNS options`() throws {
    let answer = try StoredMessage(try #require(WrittenMessage.named("cookie").last))
    let texts = answer.view.records.texts
    #expect(texts.contains("COOKIE=c814985a928a63423dcd3e4f7ba9247a KEEPALIVE=370"), "\(texts)")
  }
}

// MARK: Samples

extension CaptureTests {
  /// Messages by the name of their source, and the expected results.
  struct Sample: Sendable, CustomTestStringConvertible {
    var name: String
    var isShared = false
    /// Texts of records' data, each of one message; for a shared capture, prefixes.
    var texts: [String] = []
    var whole = 0
    var reasons: [WireError.Reason] = []

    var testDescription: String { name }

    func messages() throws -> [[UInt8]] {
      guard isShared else { return WrittenMessage.named(name) }
      let capture = try #require(CaptureFile.shared.first { $0.name == "zeek/\(name)" })
      return PcapFile(try capture.octets()).packets.compactMap(dnsMessage)
    }
  }

  private static let samples: [Sample] =
    Set(WrittenMessage.all.map(\.name)).filter { !$0.hasPrefix("bad-") }.sorted().map { name in
      Sample(
        name: name,
        texts: WrittenMessage.all.filter { $0.name == name && !$0.text.isEmpty }.map(\.text))
    }
    + (CaptureFile.shared.isEmpty ? [] : sharedTexts).map {
      Sample(name: $0.0, isShared: true, texts: [$0.1])
    }

  private static let malformed: [Sample] =
    writtenReasons.map { Sample(name: $0.0, reasons: $0.1) }
    + (CaptureFile.shared.isEmpty ? [] : sharedReasons)
    .map { Sample(name: $0.0, isShared: true, whole: $0.1, reasons: $0.2) }

  private static let writtenReasons: [(String, [WireError.Reason])] = [
    ("bad-edns-length", [.rdataLength(.opt)]),
    ("bad-names", [.truncatedQuestion, .forwardPointer, .reservedLabelType]),
    ("bad-svcb-length", [.rdataLength(.https)]),
    ("bad-alpn-too-long", [.malformedRData(.https)]),
    ("bad-alpn-too-short", [.malformedRData(.https)]),
    ("bad-hint", [.malformedRData(.https)]),
    ("bad-loc-length", [.rdataLength(.loc)]),
    ("bad-cut", [.truncatedRecord]),
  ]

  private static let sharedTexts: [(String, String)] = [
    ("dns-caa.pcap", #"0 issue "symantec.com""#),
    ("dns-svcb.pcap", "0 foo.example.com."),
    (
      "dns-https.pcap",
      #"1 . alpn="h3,h3-29,h3-28,h3-27,h2" ipv4hint="104.16.132.229,104.16.133.229" "#
        + #"ipv6hint="2606:4700::6810:84e5,2606:4700::6810:85e5""#
    ),
    (
      "ech.pcap",
      #"1 . ipv4hint="213.108.108.101" ech="AMD+DQA8agAgACCuY19tSB4Tb5cnVHw9eCEj629o/whTJgMysNszoM7KSgAEAAEAAQAN"#
    ),
    ("dns-spf.pcap", #""v=spf1 mx -all test""#),
    ("dns-wks.pcap", "192.168.0.1 6 0 1 2 21 23"),
    ("hinfo.pcap", #""INTEL-386" "Windows""#),
    (
      "naptr.pcap",
      #"100 100 "s" "SIPS+D2T" "" _sips._tcp.fp-de-carrier-vodafone.rcs.telephony.goog."#
    ),
    ("ds.pcap", "18463 5 1 0c45b3d090b221e0e33bbeb5a619d89416baf197"),
    ("ed25519.no.pcap", "257 3 15 sPLqif+6aWL2/QlalTVwxjVn4WWeuYE2VhHCd2KWC5I="),
    ("nsec.pcap", "dlxssvr.LIBRARY.upenn.edu. A RRSIG NSEC"),
    (
      "nsec3.pcap",
      "1 0 20 80637d8af055b5eeca2a621edaaa3c5e so7gf8pjf86diqr1ahf14h4mvbhjaiu6 A AAAA RRSIG"
    ),
    ("nsec3param.pcap", "1 0 20 7b1a90a916197e45d0772abcb6441156"),
    ("sshfp-trunc.pcap", "2 1 a6b95f9eba1104a7272a362e8bfbcbebd5726dcf"),
    (
      "dns_notify2.pcap",
      "SOA 13 2 60 20260402090014 20260323080014 29312 mpg.de. "
        + "WEKEazvAjqc6/cfswNFYdxAcabgl0wxzYWLqJlyCZDgx9xIQLuWNPTo+pp5CfBeIn0lsSIhL0/GKWl6ut0PetQ=="
    ),
    (
      "dns-tsig.pcap",
      "hmac-md5.sig-alg.reg.int. 1409683154 300 16 Rr2/Me8CNrjrrjF1LIfbfw== 9703 NOERROR 0"
    ),
    ("tkey.pcap", "gss-tsig. 1676938118 1677024518 3 0 oYG2MIGzoAMKAQChCwYJKoZIgvcSAQICooGeBIGbYIG"),
    ("dns-binds.pcap", ##"\# 5 077d120001"##),
    ("dynamic-update.pcap", ##"\# 0"##),
    ("mdns.pcap", "johanna-QEMU-Virtual-Machine.local."),
    ("max-compression-depth.pcap", "127.0.0.7"),
    ("dns-edns-cookie.pcap", "COOKIE=c814985a928a63423dcd3e4f7ba9247a KEEPALIVE=370"),
  ]

  private static let sharedReasons: [(String, Int, [WireError.Reason])] = [
    ("dns-edns-bad-length.pcap", 0, [.rdataLength(.opt)]),
    (
      "dns-edns-ecs-bad.pcap", 0,
      [.rdataLength(.nsec), .rdataLength(.nsec), .rdataLength(.nsec), .truncatedRecord]
    ),
    // dnspython refuses all five for their client subnets; but a malformed option does not invalidate a message.
    ("dns-edns-ecs-weirds.pcap", 4, [.rdataLength(.opt)]),
    ("dns-invalid-names.pcap", 0, [.truncatedQuestion, .forwardPointer, .truncatedQuestion]),
    ("dns-svcb-rdlength-mismatch.pcap", 0, [.rdataLength(.svcb)]),
    ("loc-invalid-length.pcap", 0, [.rdataLength(.loc)]),
    ("svcb-alpn-malformed-len-too-long.pcap", 1, [.malformedRData(.https)]),
    ("svcb-alpn-malformed-len-too-short.pcap", 1, [.malformedRData(.https)]),
    ("svcb-port-malformed.pcap", 1, [.malformedRData(.https)]),
  ]
}

/// The packets of a classic pcap file.
private struct PcapFile {
  var packets: [[UInt8]] = []

  init(_ octets: [UInt8]) {
    guard octets.count >= 24 else { return }
    let isLittle = octets[0] == 0xD4 || octets[0] == 0x4D
    func word(_ offset: Int) -> Int {
      let four = octets[offset..<(offset + 4)]
      return (isLittle ? Array(four.reversed()) : Array(four)).reduce(0) { $0 << 8 | Int($1) }
    }
    let linkHeader = [0: 4, 1: 14, 113: 16][word(20)] ?? 0
    var offset = 24
    while offset + 16 <= octets.count {
      let length = word(offset + 8)
      guard offset + 16 + length <= octets.count else { break }
      let frame = octets[(offset + 16)..<(offset + 16 + length)]
      let isTagged = linkHeader == 14 && frame.dropFirst(12).prefix(2).elementsEqual([0x81, 0x00])
      packets.append(Array(frame.dropFirst(linkHeader + (isTagged ? 4 : 0))))
      offset += 16 + length
    }
  }
}

/// The message in an unfragmented UDP packet to or from a DNS port, or in a TCP segment that holds just one.
private func dnsMessage(_ packet: [UInt8]) -> [UInt8]? {
  func word(_ offset: Int) -> Int { Int(packet[offset]) << 8 | Int(packet[offset + 1]) }
  guard packet.count > 40 else { return nil }
  let isIPv4 = packet[0] >> 4 == 4
  guard isIPv4 ? word(6) & 0x3FFF == 0 : packet[0] >> 4 == 6 else { return nil }
  let header = isIPv4 ? Int(packet[0] & 0xF) * 4 : 40
  let end = min(packet.count, isIPv4 ? word(2) : 40 + word(4))
  guard end >= header + 8 else { return nil }
  guard [53, 5353].contains(word(header)) || [53, 5353].contains(word(header + 2)) else { return nil }
  switch packet[isIPv4 ? 9 : 6] {
  case 17: return Array(packet[(header + 8)..<end])
  case 6 where end > header + 20:
    let start = header + Int(packet[header + 12] >> 4) * 4
    guard end >= start + 14, word(start) == end - start - 2 else { return nil }
    return Array(packet[(start + 2)..<end])
  default: return nil
  }
}
