import Testing

@testable import DNSWire

@Suite("An internationalised name")
struct InternationalNameTests {
  /// RFC 3492 §7.1.
  static let samples: [(name: String, text: String, encoded: String)] = [
    ("Arabic", "ليهمابتكلموشعربي؟", "egbpdaj6bu4bxfgehfvwxn"),
    ("Chinese", "他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye"),
    ("Hebrew", "למההםפשוטלאמדבריםעברית", "4dbcagdahymbxekheh6e0a7fei0b"),
    ("Hindi", "यहलोगहिन्दीक्योंनहींबोलसकतेहैं", "i1baa7eci9glrd9b2ae1bj0hfcgg6iyaf8o0a1dig0cd"),
    ("Japanese", "なぜみんな日本語を話してくれないのか", "n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa"),
    ("Russian", "почемужеонинеговорятпорусски", "b1abfaaepdrnnbgefbadotcwatmq2g4l"),
    ("Spanish", "porquénopuedensimplementehablarenespañol", "porqunopuedensimplementehablarenespaol-fmd56a"),
    ("ASCII only", "-> $1.00 <-", "-> $1.00 <--"),
  ]

  @Test("has the encoding of RFC 3492 §7.1", arguments: samples)
  func punycode(name: String, text: String, encoded: String) {
    let scalars = Array(text.unicodeScalars)
    #expect(Punycode.encode(scalars) == Array(encoded.utf8), "\(name)")
    #expect(Punycode.decode(Array(encoded.utf8)) == scalars, "\(name)")
  }

  @Test(
    "that is not Punycode is not decoded",
    arguments: ["a.b", "é", "99999999", "zzzzzzzzzzzzzzzzzzzzzzzzz", "a-9999999999999999999999"])
  func invalid(encoded: String) {
    #expect(Punycode.decode(Array(encoded.utf8)) == nil)
  }

  @Test(
    "is shown in Unicode where that is safe",
    arguments: [
      ("xn--bcher-kva.example", "bücher.example"), ("XN--Bcher-kva.Example.", "bücher.example"),
      ("www.xn--caf-dma.xn--p1ai", "www.café.рф"), ("xn--80adxhks", "москва"),
      ("xn--fiqs8s", "中国"), ("xn--n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa", "なぜみんな日本語を話してくれないのか"),
      ("xn--3e0b707e", "한국"), ("xn--hxajbheg2az3al.xn--jxalpdlp", "παράδειγμα.δοκιμή"),
      ("xn--o3cw4h", "ไทย"), ("xn--h2brj9c", "भारत"),
      // One label that is safe, and one that is not.
      ("xn--bcher-kva.xn--80ak6aa92e", "bücher.xn--80ak6aa92e"),
    ])
  func shown(name: String, unicode: String) throws {
    let name = try #require(OwnedName(name))
    let hasInternationalLabel = name.view.hasInternationalLabel
    #expect(hasInternationalLabel)
    #expect(name.view.unicode == unicode)
  }

  @Test(
    "is unchanged where Unicode is not safe",
    arguments: [
      ("nothing in it", "www.example.com"), ("no Punycode", "xn--a.example"), ("nothing behind it", "xn--"),
      ("Cyrillic that looks like apple", "xn--80ak6aa92e.com"),
      ("Latin with a Cyrillic a", "xn--pple-43d.com"),
      ("Latin with Greek", "xn--gogle-sce.com"), ("ASCII alone, coded", "xn--abc-.com"),
      ("upper case, coded", "xn--bcher-2pa"), ("right to left", "xn--4dbcagdahymbxekheh6e0a7fei0b"),
      ("a sign", "xn--n3h.net"), ("a hyphen first", "xn----bga"), ("a mark first", "xn--a-wbb"),
      ("dotless i", "xn--main-kza"), ("long s", "xn--tet-h3a"),
    ])
  func hidden(why: String, name: String) throws {
    let name = try #require(OwnedName(name))
    #expect(name.view.unicode == nil, "\(why)")
  }
}
