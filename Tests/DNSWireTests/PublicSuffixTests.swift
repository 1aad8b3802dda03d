import DNSWire
import Foundation
import Testing

struct PublicSuffixTests {
  private static let list = PublicSuffixList(
    Array(
      """
      // ===BEGIN ICANN DOMAINS===
      com
      uk
      co.uk  a comment
      *.ck
      !www.ck
      jp
      kobe.jp
      *.kobe.jp
      !city.kobe.jp
      公司.cn
      cn
      // ===END ICANN DOMAINS===
      // ===BEGIN PRIVATE DOMAINS===
      github.io
      """.utf8))

  // Cases of https://raw.githubusercontent.com/publicsuffix/list/master/tests/test_psl.txt.
  @Test(arguments: [
    ("com", "com"), ("example.com", "example.com"), ("b.example.com", "example.com"),
    ("a.b.example.COM", "example.com"),
    ("www.example.co.uk", "example.co.uk"), ("co.uk", "co.uk"),
    ("c.kobe.jp", "c.kobe.jp"), ("b.c.kobe.jp", "b.c.kobe.jp"), ("a.b.c.kobe.jp", "b.c.kobe.jp"),
    ("city.kobe.jp", "city.kobe.jp"), ("www.city.kobe.jp", "city.kobe.jp"),
    ("test.ck", "test.ck"), ("b.test.ck", "b.test.ck"), ("a.b.test.ck", "b.test.ck"),
    ("www.ck", "www.ck"), ("www.www.ck", "www.ck"),
    ("www.xn--85x722f.xn--55qx5d.cn", "xn--85x722f.xn--55qx5d.cn"),
    ("ana.github.io", "github.io"), ("x.ana.github.io", "github.io"),
    ("host.local", "host.local"), ("a.b.internal", "b.internal"), ("localhost", "localhost"), (".", "."),
  ])
  func `the registered domain is one label below the suffix`(name: String, domain: String) throws {
    let list = try #require(Self.list)
    #expect(try Self.domain(of: name, list) == domain)
  }

  @Test func `without a list it is the last two labels`() throws {
    let list = PublicSuffixList()
    #expect(list.isEmpty)
    #expect(try Self.domain(of: "www.example.co.uk", list) == "co.uk")
    #expect(try Self.domain(of: "www.example.com", list) == "example.com")
    #expect(try Self.domain(of: "com", list) == "com")
  }

  @Test func `the longest name has a registered domain, and a file without rules is no list`() throws {
    let name = String(repeating: "a.", count: 126) + "b"
    #expect(try Self.domain(of: name, try #require(Self.list)) == "a.b")
    #expect(PublicSuffixList(Array("// nothing\n\n".utf8)) == nil)
  }

  private static let file = "/usr/share/publicsuffix/public_suffix_list.dat"

  @Test(.enabled(if: FileManager.default.fileExists(atPath: file), "needs Debian's publicsuffix"))
  func `Debian's file is read whole`() throws {
    let list = try #require(PublicSuffixList([UInt8](try Data(contentsOf: URL(filePath: Self.file)))))
    #expect(try Self.domain(of: "www.bbc.co.uk", list) == "bbc.co.uk")
    #expect(try Self.domain(of: "d1.cloudfront.net", list) == "cloudfront.net")
    #expect(try Self.domain(of: "4.3.2.192.in-addr.arpa", list) == "192.in-addr.arpa")
  }

  private static func domain(of name: String, _ list: PublicSuffixList) throws -> String {
    let name = try #require(OwnedName(name))
    return list.registeredDomain(of: name.view).presentation(finalDot: false, lowercased: true)
  }
}
