import DNSWire
import Testing

@Suite("Record data")
struct PresentationTests {
  @Test("has the text of a zone file", arguments: RecordDataSamples.all)
  func samples(row: RecordDataSamples.Row) throws {
    let message = try StoredMessage(answer: row.type, row.data)
    #expect(message.view.answers.texts == [row.text])
  }

  @Test(
    "has the text of its type also if dnspython has none",
    arguments: [
      Row(.mb, "01 61 00", "a."),
      Row(.md, "01 61 00", "a."),
      Row(.mf, "01 61 00", "a."),
      Row(.mg, "01 61 00", "a."),
      Row(.mr, "01 61 00", "a."),
      Row(.minfo, "01 61 00 01 62 00", "a. b."),
      Row(.talink, "01 61 00 01 62 00", "a. b."),
      Row(.nxt, "01 61 00 620000080000000002", "a. A NS SOA AAAA TYPE70"),
      Row(.rkey, "0100 03 05 010203", "256 3 5 AQID"),
      Row(.ta, "ec45 05 01 2bb1", "60485 5 1 2bb1"),
      Row(.doa, "00000001 00000002 03 0a 746578742f706c61696e 6869", #"1 2 3 "text/plain" aGk="#),
      Row(.ipn, "0000000100000002", "4294967298"),
      Row(.cla, "06 5443502d7634", #""TCP-v4""#),
      Row(.txt, "", #""""#),
      Row(.isdn, "01 31 00", #""1""#),
      Row(.gpos, "03 2d392e 04 2e353030 04 2b313032", "-9. .500 +102"),
      Row(.sshfp, "01 09", "1 9"),
      Row(.caa, "00 05 6973737565", #"0 issue """#),
    ])
  func ownSamples(row: Row) throws {
    let message = try StoredMessage(answer: row.type, row.data)
    #expect(message.view.answers.texts == [row.text])
  }

  typealias Row = RecordDataSamples.Row

  @Test("of an unknown type is shown as octets (RFC 3597 §5)")
  func generic() throws {
    let type = RecordType(rawValue: 65280)
    #expect(try text(type, "0a000001") == ##"\# 4 0a000001"##)
    #expect(try text(type, "") == ##"\# 0"##)
    #expect(try text(.null, "01") == ##"\# 1 01"##)
    #expect(try text(.apl, "") == ##"\# 0"##)
  }

  @Test("of a type that exists only in class IN is shown as octets in other classes")
  func otherClass() throws {
    #expect(try text(.a, class: 4, "01 61 00 0102") == ##"\# 5 0161000102"##)
    // Chaosnet has its own type A.
    #expect(try text(.a, class: 3, "01 61 00 0102") == "a. 402")
    #expect(try text(.srv, class: 32, "00") == ##"\# 1 00"##)
    #expect(try text(.ns, class: 3, "01 61 00") == "a.")
    let message = try StoredMessage(answer: .a, class: 4, [1, 2, 3, 4])
    guard case .other = message.view.answers.first?.rdata else {
      Issue.record("read as an address")
      return
    }
  }

  @Test(
    "with a known format but an unknown meaning is shown as octets",
    arguments: [
      ("LOC of version 1", RecordType.loc, "01000000 00000000 00000000 00000000"),
      ("LOC with a digit above 9", .loc, "00a01313 80000000 80000000 00989680"),
      ("LOC beyond the pole", .loc, "00121613 93504e5f 80000000 00989680"),
      ("LOC of version 1 and another length", .loc, "01ff"),
      ("IPSECKEY with gateway type 4", .ipseckey, "0a 04 02 0102"),
      ("AMTRELAY with relay type 4", .amtrelay, "0a 04 0102"),
    ])
  func opaque(what: String, type: RecordType, hex: String) throws {
    #expect(try text(type, hex).hasPrefix(##"\# "##), "\(what)")
  }

  @Test("that is longer or shorter than its fields is refused", arguments: RecordDataSamples.all)
  func wrongLength(row: RecordDataSamples.Row) throws {
    // Types that end with any number of octets can be longer; only these can be empty.
    let open: Set<RecordType> = [
      .txt, .spf, .avc, .ninfo, .resinfo, .wallet, .nsap, .dhcid, .openpgpkey, .apl, .null, .hhit, .brid,
      RecordType(rawValue: 65280),
    ]
    guard !open.contains(row.type) else { return }
    let error = #expect(throws: WireError.self) { try StoredMessage(answer: row.type, []) }
    #expect(error?.reason == .rdataLength(row.type) || error?.reason == .malformedRData(row.type))
  }

  @Test(
    "with a value that its format does not allow is refused",
    arguments: [
      ("CAA with a hyphen in its tag", RecordType.caa, "00 03 612d62 78"),
      ("CAA without a tag", .caa, "00 00 78"),
      ("GPOS that is no number", .gpos, "02 3178 01 31 01 31"),
      ("GPOS without digits", .gpos, "01 2d 01 31 01 31"),
      ("GPOS with two points", .gpos, "04 312e2e31 01 31 01 31"),
      ("GPOS beyond the pole", .gpos, "04 39302e31 01 31 01 31"),
      ("ZONEMD with a short digest", .zonemd, "00000001 01 f0 0102030405060708090a0b"),
      ("NSEC with a zero octet behind its bitmap", .nsec, "01 61 00 00 02 4000"),
      ("NSEC with an empty window", .nsec, "01 61 00 00 01 00"),
      ("APL with a zero octet behind its address", .apl, "0001 10 02 0a00"),
    ])
  func forbiddenValue(what: String, type: RecordType, hex: String) throws {
    let error = #expect(throws: WireError.self) { try text(type, hex) }
    #expect(error?.reason == .malformedRData(type), "\(what)")
  }

  @Test(
    "of fixed length is refused if it is longer",
    arguments: [
      .a, .aaaa, .ns, .mx, .soa, .srv, .ptr, .cname, .hinfo, .eui48, .eui64, .nid, .l32, .l64, .lp,
      .nsec3param,
      .naptr, .rp, .kx, .px, .loc, .tsig, .tkey,
    ] as [RecordType])
  func tooLong(type: RecordType) throws {
    let row = try #require(RecordDataSamples.all.first { $0.type == type })
    let error = #expect(throws: WireError.self) { try StoredMessage(answer: type, row.data + [0]) }
    #expect(error?.reason == .rdataLength(type))
  }

  @Test(
    "has calendar times (RFC 4034 §3.2)",
    arguments: [
      (0, "19700101000000"), (951_782_399, "20000228235959"), (951_782_400, "20000229000000"),
      (1_709_164_800, "20240229000000"), (2_147_483_648, "20380119031408"), (4_107_542_400, "21000301000000"),
      (4_294_967_295, "21060207062815"),
    ] as [(UInt32, String)])
  func times(seconds: UInt32, expected: String) throws {
    let time = (0..<4).map { UInt8(truncatingIfNeeded: seconds >> (24 - 8 * $0)) }
    let message = try StoredMessage(answer: .rrsig, [0, 1, 8, 0, 0, 0, 0, 0] + time + time + [0, 0, 0])
    #expect(message.view.answers.texts == ["A 8 0 0 \(expected) \(expected) 0 ."])
  }

  private func text(_ type: RecordType, class: UInt16 = 1, _ hex: String) throws -> String {
    let message = try StoredMessage(answer: type, class: `class`, [UInt8](hex: hex))
    return message.view.answers.texts.joined()
  }
}
