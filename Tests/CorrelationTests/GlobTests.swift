import Correlation
import DNSWire
import Testing

struct GlobTests {
  @Test(arguments: [
    ("dig", "dig", true), ("dig", "digg", false), ("dig", "di", false), ("", "", true), ("", "a", false),
    ("*", "", true), ("*", "anything", true), ("d*g", "dg", true), ("d*g", "dragging", true),
    ("d*g", "drag-", false), ("*g", "dig", true), ("*g*", "dig", true), ("*.*.*", "a.b", false),
    ("*.*.*", "a.b.c", true), ("d?g", "dig", true), ("d?g", "dg", false), ("?", "", false),
    ("??", "ab", true),
    ("*?", "", false), ("?*?", "ab", true), ("a*b*c", "abcabc", true), ("a*b*c", "abcab", false),
    ("**", "x", true), ("Dig", "dig", false), ("[a]", "a", false), ("[a]", "[a]", true), ("\\*", "*", false),
  ])
  func `a star matches any octets, a question mark one, other octets themselves`(
    pattern: String, text: String, matches: Bool
  ) {
    #expect(Glob(pattern).matches(text) == matches)
  }

  @Test func `no pattern is slow`() {
    // Backtracking to every star would take exponential time.
    let pattern = Glob(String(repeating: "*a", count: 200) + "*b")
    let text = String(repeating: "a", count: 2000)
    let clock = ContinuousClock()
    var isMatch = true
    let time = clock.measure { isMatch = pattern.matches(text) }
    #expect(!isMatch)
    #expect(time < .seconds(30))
    #expect(pattern.matches(text + "b"))
  }
}

struct NamePatternTests {
  @Test(arguments: [
    ("example.com", "example.com", true), ("example.com", "EXAMPLE.com", true),
    ("EXAMPLE.COM.", "example.com", true), ("example.com", "www.example.com", false),
    ("example.com", "com", false), ("*.example.com", "www.example.com", true),
    ("*.example.com", "a.b.example.com", true), ("*.example.com", "example.com", false),
    ("*.example.com", "badexample.com", false), ("www.*.com", "www.example.com", true),
    ("www.*.com", "www.a.b.com", false), ("w*.example.com", "www.example.com", true),
    ("w*.example.com", "w.b.example.com", false), ("ww?.example.com", "www.example.com", true),
    ("*", "com", true), ("*", "a.b", true), ("*", ".", false), (".", ".", true), (".", "com", false),
    ("*.*", "com", false), ("*.*", "example.com", true), ("_dns-sd._udp.*", "_dns-sd._udp.local", true),
    // Escapes are those of presentation form.
    (#"sp\032ace.test"#, #"sp\032ace.test"#, true), (#"a\.b.test"#, #"a\.b.test"#, true),
    (#"a\.b.test"#, "a.b.test", false),
    (#"\*.test"#, "a.test", false), (#"\*.test"#, "*.test", true), (#"\*.test"#, "a.*.test", false),
    ("*.test", "*.test", true),
    (#"a\\b"#, #"a\\b"#, true), (#"\065b"#, "ab", true), (#"a?b.test"#, #"a\.b.test"#, true),
    // Names are compared case-insensitively for ASCII letters only (RFC 4343).
    ("\u{212a}.example", "k.example", false),
  ])
  func `a name is matched label by label, case-insensitively`(pattern: String, name: String, matches: Bool)
    throws
  {
    let name = try #require(OwnedName(name))
    #expect(try #require(NamePattern(pattern)).matches(name.view) == matches)
  }

  @Test(arguments: [
    "", "..", "a..b", ".a", #"a\"#, #"a\03"#, #"\256"#, String(repeating: "a", count: 64),
    String(repeating: "a.", count: 128),
    Array(repeating: String(repeating: "a", count: 63), count: 4).joined(separator: "."),
    Array(repeating: String(repeating: "?", count: 63), count: 4).joined(separator: "."),
  ])
  func `a pattern that no name can match is refused`(text: String) {
    #expect(NamePattern(text) == nil)
  }

  @Test(arguments: [
    String(repeating: "a", count: 63), String(repeating: "*", count: 100) + ".example",
    String(repeating: "a.", count: 127),
    Array(repeating: String(repeating: "a", count: 63), count: 3).joined(separator: ".") + "."
      + String(repeating: "a", count: 61),
  ])
  func `a pattern that some name can match is accepted`(text: String) {
    #expect(NamePattern(text) != nil)
  }
}
