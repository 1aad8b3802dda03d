import DNSWire
import Testing

/// Record data as octets and as text: the examples of the RFCs that define the types, if they have any;
/// the text is dnspython 2.9's for the octets.
enum RecordDataSamples {
  struct Row: CustomTestStringConvertible {
    let type: RecordType
    let data: [UInt8]
    let text: String

    init(_ type: RecordType, _ hex: String, _ text: String) {
      self.type = type
      data = [UInt8](hex: hex)
      self.text = text
    }

    var testDescription: String { "\(type) \(text)" }
  }

  static let all: [Row] = [
    Row(.a, "c0000201", "192.0.2.1"),
    Row(.aaaa, "20010db8000000000000000000000001", "2001:db8::1"),
    Row(.aaaa, "00000000000000000000ffffc0000201", "::ffff:192.0.2.1"),
    Row(.aaaa, "00000000000000000000000000000000", "::"),
    Row(.aaaa, "00010000000000020000000000000003", "1:0:0:2::3"),
    Row(.ns, "026e73076578616d706c6500", "ns.example."),
    Row(.cname, "05612e622863076578616d706c6500", #"a\.b\(c.example."#),
    Row(.ptr, "05780079207a076578616d706c6500", #"x\000y\032z.example."#),
    Row(.mx, "000a046d61696c076578616d706c6500", "10 mail.example."),
    Row(
      .soa,
      "026e73076578616d706c650004686f7374076578616d706c650078a3f17500000e100000038400093a80000001"
        + "2c",
      "ns.example. host.example. 2024010101 3600 900 604800 300"),
    Row(.txt, "0b68656c6c6f20776f726c64076122625c6301ff", #""hello world" "a\"b\\c\001\255""#),
    Row(.spf, "0b763d73706631202d616c6c", #""v=spf1 -all""#),
    Row(.avc, "056170703d78", #""app=x""#),
    Row(.ninfo, "01610162", #""a" "b""#),
    Row(.resinfo, "08716e616d656d696e0f6578746572723d31352c31362c3137", #""qnamemin" "exterr=15,16,17""#),
    Row(.wallet, "0342544303616263", #""BTC" "abc""#),
    Row(.srv, "0000000513c403736970076578616d706c6500", "0 5 5060 sip.example."),
    Row(
      .naptr,
      "0064003201730d7a333935302b4e324c2b4e324300065f7a33393530045f746370066761746563680365647500",
      #"100 50 "s" "z3950+N2L+N2C" "" _z3950._tcp.gatech.edu."#),
    Row(.rp, "046d626f78076578616d706c650003747874076578616d706c6500", "mbox.example. txt.example."),
    Row(.afsdb, "000103616673076578616d706c6500", "1 afs.example."),
    Row(.x25, "0c333131303631373030393536", #""311061700956""#),
    Row(.isdn, "0f31353038363230323830303332313703303034", #""150862028003217" "004""#),
    Row(.isdn, "0f313530383632303238303033323137", #""150862028003217""#),
    Row(.rt, "00020572656c6179076578616d706c6500", "2 relay.example."),
    Row(.nsap, "47000580005a0000000001e133ffffff00016100", "0x47000580005a0000000001e133ffffff00016100"),
    Row(.nsapPTR, "03666f6f076578616d706c6500", "foo.example."),
    Row(
      .px,
      "0032046e657432026974000950524d442d6e6574320941444d442d7034303004432d697400",
      "50 net2.it. PRMD-net2.ADMD-p400.C-it."),
    Row(.gpos, "082d33322e36383832083131362e383635320431302e30", "-32.6882 116.8652 10.0"),
    Row(
      .loc,
      "0033161389172dd070be15f000988d20",
      "42 21 54.000 N 71 6 18.000 W -24.00m 30.00m 10000.00m 10.00m"),
    Row(.loc, "001224138917069070bf2dd800988d20", "42 21 43.952 N 71 5 6.344 W -24.00m 1.00m 200.00m 10.00m"),
    Row(.loc, "001216138b3556c88008165000989a68", "52 14 5.000 N 0 8 50.000 E 10.00m"),
    Row(.kx, "000a026b78076578616d706c6500", "10 kx.example."),
    Row(
      .cert,
      "000100010833115c6f2f64ff2bde74c7d080ace11f97abd0cbbfbc82f3e39224b2471e1468225829ff1b11e16a"
        + "2e9502e1c0a0d533e18a14d6d55f4824aa4189fafffd7553a36577cd2311e0bc",
      "PKIX 1 RSASHA256 MxFcby9k/yvedMfQgKzhH5er0Mu/vILz45IkskceFGgiWCn/GxHhai6VAuHAoNUz4YoU1tVfS"
        + "CSqQYn6//11U6Nld80jEeC8"),
    Row(.cert, "fffe0001fe68656c6c6f", "65534 1 PRIVATEOID aGVsbG8="),
    Row(.dname, "06746172676574076578616d706c6500", "target.example."),
    Row(.apl, "00011503c0a82000011c83c0a82600020801ff", "1:192.168.32.0/21 !1:192.168.38.0/28 2:ff00::/8"),
    Row(
      .ds,
      "ec4505012bb183af5f22588179a53b0a98631fad1a292118",
      "60485 5 1 2bb183af5f22588179a53b0a98631fad1a292118"),
    Row(
      .ds,
      "ec450802d4b7d520e7bb5f0f67674a0cceb1e3e0614b93c4f9e99b8383f6a1e4469da50a",
      "60485 8 2 d4b7d520e7bb5f0f67674a0cceb1e3e0614b93c4f9e99b8383f6a1e4469da50a"),
    Row(.cds, "0000000000", "0 0 0 00"),
    Row(
      .dlv,
      "ec4505012bb183af5f22588179a53b0a98631fad1a292118",
      "60485 5 1 2bb183af5f22588179a53b0a98631fad1a292118"),
    Row(
      .sshfp,
      "0201123456789abcdef67890123456789abcdef67890",
      "2 1 123456789abcdef67890123456789abcdef67890"),
    Row(
      .ipseckey,
      "0a0102c0000226010351537986ed35533b6064478eeeb27b5bd74dae149b6e81ba3a0521af82ab7801",
      "10 1 2 192.0.2.38 AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ=="),
    Row(
      .ipseckey,
      "0a0002010351537986ed35533b6064478eeeb27b5bd74dae149b6e81ba3a0521af82ab7801",
      "10 0 2 . AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ=="),
    Row(
      .ipseckey,
      "0a0302096d7967617465776179076578616d706c6503636f6d00010351537986ed35533b6064478eeeb27b5bd7"
        + "4dae149b6e81ba3a0521af82ab7801",
      "10 3 2 mygateway.example.com. AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ=="),
    Row(
      .ipseckey,
      "0a020220010db8000080020000000020000001010351537986ed35533b6064478eeeb27b5bd74dae149b6e81ba"
        + "3a0521af82ab7801",
      "10 2 2 2001:db8:0:8002::2000:1 AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ=="),
    Row(
      .sig,
      "000105030001518080000000000000000a52076578616d706c6503636f6d00a090755ba58d1aff",
      "A 5 3 86400 20380119031408 19700101000000 2642 example.com. oJB1W6WNGv8="),
    Row(
      .rrsig,
      "04d2fd0300015180ffffffff65e11a7f0a52076578616d706c6503636f6d00a090755ba58d1aff",
      "TYPE1234 253 3 86400 21060207062815 20240229235959 2642 example.com. oJB1W6WNGv8="),
    Row(
      .key,
      "0200ff010103d22a6ca77f35b893206fd35e4c506d8378843709b97e041647e1bff43d8d64c649af1e371973c9"
        + "e8",
      "512 255 1 AQPSKmynfzW4kyBv015MUG2DeIQ3Cbl+BBZH4b/0PY1kxkmvHjcZc8no"),
    Row(
      .dnskey,
      "010003050103d22a6ca77f35b893206fd35e4c506d8378843709b97e041647e1bff43d8d64c649af1e371973c9"
        + "e8",
      "256 3 5 AQPSKmynfzW4kyBv015MUG2DeIQ3Cbl+BBZH4b/0PY1kxkmvHjcZc8no"),
    Row(.cdnskey, "0000030000", "0 3 0 AA=="),
    Row(
      .nsec,
      "04686f7374076578616d706c6503636f6d000006400100000003041b0000000000000000000000000000000000"
        + "00000000000000000020",
      "host.example.com. A MX RRSIG NSEC TYPE1234"),
    Row(
      .nsec3,
      "0101000c04aabbccdd14174eb2409fe28bcb4887a1836f957f0a8425e27b000722010000000290",
      "1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr NS SOA MX RRSIG DNSKEY NSEC3PARAM"),
    Row(
      .nsec3,
      "010000000014174eb2409fe28bcb4887a1836f957f0a8425e27b",
      "1 0 0 - 2t7b4g4vsa5smi47k61mv5bv1a22bojr"),
    Row(.nsec3param, "0100000c04aabbccdd", "1 0 12 aabbccdd"),
    Row(.nsec3param, "0100000000", "1 0 0 -"),
    Row(
      .tlsa,
      "000001d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971",
      "0 0 1 d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971"),
    Row(.smimea, "030100d2abde24", "3 1 0 d2abde24"),
    Row(.openpgpkey, "010351537986ed35533b6064", "AQNRU3mG7TVTO2Bk"),
    Row(
      .dhcid,
      "000201636fc0b8271c82825bb1ac5c41cf5351aa69b4febd94e8f17cdb95000da48c40",
      "AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA="),
    Row(.csync, "000000420003000460000008", "66 3 A NS AAAA"),
    Row(
      .zonemd,
      "7848b91c0101c68090d90a7aed716bc459f9340e3d7c1370d4d24b7e2fc3a1ddc0b9a87153b9a9713b3c9ae5cc"
        + "27777f98b8e730044c",
      "2018031900 1 1 c68090d90a7aed716bc459f9340e3d7c1370d4d24b7e2fc3a1ddc0b9a87153b9a9713b3c9ae"
        + "5cc27777f98b8e730044c"),
    Row(.svcb, "000003737663076578616d706c6500", "0 svc.example."),
    Row(
      .svcb,
      "00010000010006026832026833000200000003000201bb00040008c0000201c00002020006001020010db80000"
        + "00000000000000000001",
      #"1 . alpn="h2,h3" no-default-alpn port="443" ipv4hint="192.0.2.1,192.0.2.2" ipv6hint="2001:"#
        + #"db8::1""#),
    Row(
      .svcb,
      "001003666f6f076578616d706c65036f7267000000000400010004000100090268320568332d313900040004c0"
        + "000201",
      #"16 foo.example.org. mandatory="alpn,ipv4hint" alpn="h2,h3-19" ipv4hint="192.0.2.1""#),
    Row(
      .svcb,
      "001003666f6f076578616d706c65036f7267000001000c08665c6f6f2c626172026832",
      #"16 foo.example.org. alpn="f\\\\oo\\,bar,h2""#),
    Row(
      .https,
      "000100000700102f646e732d71756572797b3f646e737d00080000029b000968656c6c6fd2716f6f",
      #"1 . dohpath="/dns-query{?dns}" ohttp key667="hello\210qoo""#),
    Row(
      .https,
      "000104706f6f6c03737663076578616d706c6500000500470045fe0d00417200200020a9561f499ce3cfd496f6"
        + "988d02433a0bda23eb5eb2799768052dc566195531640004000100010012636c6f7564666c6172652d6563682e"
        + "636f6d0000",
      #"1 pool.svc.example. ech="AEX+DQBBcgAgACCpVh9JnOPP1Jb2mI0CQzoL2iPrXrJ5l2gFLcVmGVUxZAAEAAEAA"#
        + #"QASY2xvdWRmbGFyZS1lY2guY29tAAA=""#),
    Row(
      .dsync,
      "003b0114ef0b6364732d7363616e6e6572076578616d706c6500",
      "CDS NOTIFY 5359 cds-scanner.example."),
    Row(.dsync, "003e8014ef0178076578616d706c6500", "CSYNC 128 5359 x.example."),
    Row(.eui48, "00005e00532a", "00-00-5e-00-53-2a"),
    Row(.eui64, "00005eef1000002a", "00-00-5e-ef-10-00-00-2a"),
    Row(.nid, "000a00144fffff20ee64", "10 0014:4fff:ff20:ee64"),
    Row(.l32, "000a0a010200", "10 10.1.2.0"),
    Row(.l64, "000a20010db811401000", "10 2001:0db8:1140:1000"),
    Row(.lp, "000a0b6c36342d7375626e657431076578616d706c6503636f6d00", "10 l64-subnet1.example.com."),
    Row(
      .uri,
      "000a00016674703a2f2f667470312e6578616d706c652e636f6d2f7075626c6963",
      #"10 1 "ftp://ftp1.example.com/public""#),
    Row(
      .caa,
      "0005697373756563612e6578616d706c652e6e65743b20706f6c6963793d6576",
      #"0 issue "ca.example.net; policy=ev""#),
    Row(.caa, "8003746273556e6b6e6f776e", #"128 tbs "Unknown""#),
    Row(.amtrelay, "0a01cb00710f", "10 0 1 203.0.113.15"),
    Row(.amtrelay, "0a8309616d7472656c617973076578616d706c6503636f6d00", "10 1 3 amtrelays.example.com."),
    Row(.amtrelay, "0a0220010db8000000000000000000000015", "10 0 2 2001:db8::15"),
    Row(.amtrelay, "8080", "128 1 0 ."),
    Row(
      .tkey,
      "086773732d7473696700000000010000000200030000000568656c6c6f0000",
      "gss-tsig. 1 2 3 0 aGVsbG8="),
    Row(
      .tkey,
      "086773732d7473696700000000010000000200030011000568656c6c6f0005776f726c64",
      "gss-tsig. 1 2 3 17 aGVsbG8= d29ybGQ="),
    Row(
      .tsig,
      "0b686d61632d7368613235360000006553f100012c000468656c6c04d200100000",
      "hmac-sha256. 1700000000 300 4 aGVsbA== 1234 BADSIG 0"),
    Row(
      .tsig,
      "0b686d61632d7368613235360000006553f100012c000004d20012000600006553f100",
      #"hmac-sha256. 1700000000 300 0 "" 1234 BADTIME 6 AABlU/EA"#),
    Row(
      .hinfo,
      "1047656e6572696320504320636c6f6e650a4e65744253442d312e34",
      #""Generic PC clone" "NetBSD-1.4""#),
    Row(.wks, "0a00000106e00005", "10.0.0.1 6 0 1 2 21 23"),
    Row(.hhit, "830a694e65766572", "gwppTmV2ZXI="),
    Row(.brid, "830a694e65766572", "gwppTmV2ZXI="),
    Row(RecordType(rawValue: 65280), "0a000001", ##"\# 4 0a000001"##),
    Row(.null, "010203", ##"\# 3 010203"##),
  ]
}
