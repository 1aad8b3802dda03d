import TraceModel
import Testing

struct IPAddressTests {
  /// Address text and its canonical form by inet_ntop of glibc 2.36.
  static let texts: [(text: String, canonical: String)] = [
    ("0.0.0.0", "0.0.0.0"),
    ("127.0.0.1", "127.0.0.1"),
    ("192.0.2.53", "192.0.2.53"),
    ("255.255.255.255", "255.255.255.255"),
    ("10.100.9.200", "10.100.9.200"),
    ("::", "::"),
    ("::1", "::1"),
    ("1::", "1::"),
    ("0:0:0:0:0:0:0:1", "::1"),
    ("2001:db8::1", "2001:db8::1"),
    ("2001:DB8:0:0:0:0:0:53", "2001:db8::53"),
    ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
    ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
    ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
    ("2001:db8:1:1:1:1:1:0", "2001:db8:1:1:1:1:1:0"),
    ("0:1:1:1:1:1:1:1", "0:1:1:1:1:1:1:1"),
    ("0:0:1:1:1:1:0:0", "::1:1:1:1:0:0"),
    ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
    ("fe80::ABCD:ef01:0203:0", "fe80::abcd:ef01:203:0"),
    ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
    ("::ffff:c000:201", "::ffff:192.0.2.1"),
    ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
    ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
    ("ff02::fb", "ff02::fb"),
    ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
    ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
  ]

  @Test(arguments: texts)
  func `an address is written in canonical form`(_ text: String, _ canonical: String) throws {
    let address = try #require(IPAddress(text))
    #expect(address.description == canonical)
    #expect(IPAddress(canonical) == address)
    #expect(address.octets.count == (address.family == .v4 ? 4 : 16))
  }

  @Test(arguments: [
    "", ".", ":", ":::", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.-4", "1.2.3.+4", "1.2.3.4 ",
    " 1.2.3.4",
    "1.2.3.", "1..2.3", "1.2.3.0004", "1.2.3.04", "00.1.2.3", "١.2.3.4", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
    "1::2::3", "::1::",
    "12345::", "::g", "::+1", "::-1", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1:", ":1", "::1:",
    "fe80::1%eth0",
    "::1.2.3", "::1.2.3.4.5", "1.2.3.4::", "::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4", "::ffff:1.2.3.256",
    "[::1]",
  ])
  func `text that is not an address is nil`(_ text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test func `every address is parsed from its text`() {
    var generator = SystemRandomNumberGenerator()
    var strays: [IPAddress] = []
    for _ in 0..<10_000 {
      // Many zero groups and small values, because runs of zeros are rare in random addresses.
      let groups = (0..<8).map { _ in
        UInt64.random(in: 0...0xffff, using: &generator) & ([0, 0, 0xf, 0xffff].randomElement() ?? 0)
      }
      let high = groups[..<4].reduce(0) { $0 << 16 | $1 }
      let low = groups[4...].reduce(0) { $0 << 16 | $1 }
      for address in [
        IPAddress(v6High: high, low: low), IPAddress(v6High: 0, low: 0xffff_0000_0000 | low & 0xffff_ffff),
        IPAddress(v4: UInt32(truncatingIfNeeded: low)),
      ] where IPAddress(address.description) != address {
        strays.append(address)
      }
    }
    #expect(strays.isEmpty)
  }

  @Test func `loopback is known in every form`() throws {
    for text in ["127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.53"] {
      #expect(try #require(IPAddress(text)).isLoopback)
    }
    for text in ["128.0.0.1", "126.1.1.1", "::", "::2", "1::1", "::ffff:128.0.0.1", "::127.0.0.1"] {
      #expect(try !#require(IPAddress(text)).isLoopback)
    }
  }

  @Test func `the family is part of the value`() {
    #expect(IPAddress(v4: 1) != IPAddress(v6High: 0, low: 1))
    #expect(IPAddress(v4: 0x0102_0304).octets == [1, 2, 3, 4])
    #expect(IPAddress(v6High: 0x0001_0203_0405_0607, low: 0x0809_0a0b_0c0d_0e0f).octets == Array(0...15))
  }
}
