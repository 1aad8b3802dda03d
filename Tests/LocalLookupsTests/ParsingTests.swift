import DNSWire
import Testing
import TraceModel

@testable import LocalLookups

/// Single calls and replies, as the programs of systemd 252 and glibc 2.36 send them.
struct ParsingTests {
  private static let varlinkCalls: [(String, String, RecordType)] = [
    (
      #"{"method":"io.systemd.Resolve.ResolveHostname","parameters":{"name":"www.example.test","flags":0}}"#,
      "www.example.test.", .a
    ),
    (
      #"{"method":"io.systemd.Resolve.ResolveHostname","parameters":{"name":"a.test","family":10,"flags":0}}"#,
      "a.test.", .aaaa
    ),
    (
      #"{"method":"io.systemd.Resolve.ResolveHostname","parameters":{"name":"a.test","family":2}}"#,
      "a.test.", .a
    ),
    (
      #"{"method":"io.systemd.Resolve.ResolveAddress","parameters":{"address":[192,0,2,1],"family":2,"flags":0}}"#,
      "1.2.0.192.in-addr.arpa.", .ptr
    ),
    (
      #"{"method":"io.systemd.Resolve.ResolveAddress","parameters":{"address":[32,1,13,184,0,0,0,0,0,0,0,0,0,0,0,31],"family":10}}"#,
      "f.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.", .ptr
    ),
  ]

  @Test(arguments: varlinkCalls)
  func `a varlink call is a question`(text: String, name: String, type: RecordType) throws {
    guard case .message(.question(let question), let length) = Varlink.call(text.varlink[...]) else {
      return #expect(Bool(false), "no question in \(text)")
    }
    #expect(question == LookupQuestion(try #require(OwnedName(name)), type))
    #expect(length == text.utf8.count + 1)
  }

  @Test(arguments: [
    #"{"method":"org.varlink.service.GetInfo"}"#,
    #"{"method":"io.systemd.Resolve.ResolveHostname","parameters":{"name":"a..test"}}"#,
    #"{"method":"io.systemd.Resolve.ResolveHostname","parameters":{}}"#,
    #"{"method":"io.systemd.Resolve.ResolveHostname"}"#,
    #"{"method":"io.systemd.Resolve.ResolveAddress","parameters":{"address":[192,0,2],"family":2}}"#,
    #"{"method":"io.systemd.Resolve.ResolveAddress","parameters":{"address":[192,0,2,256],"family":2}}"#,
    #"{"method":"io.systemd.Resolve.ResolveAddress","parameters":{"address":[192,0,2,1],"family":10}}"#,
  ])
  func `another varlink call has no question, but has a reply`(text: String) {
    guard case .message(.other, _) = Varlink.call(text.varlink[...]) else {
      return #expect(Bool(false), "not another call: \(text)")
    }
  }

  private static let varlinkReplies: [(String, String)] = [
    (
      #"{"parameters":{"addresses":[{"ifindex":3,"family":2,"address":[192,0,2,1]},{"ifindex":3,"family":10,"address":[32,1,13,184,0,0,0,0,0,0,0,0,0,0,0,1]}],"name":"www.example.test","flags":8388609}}"#,
      "NOERROR 192.0.2.1 2001:db8::1"
    ),
    (
      #"{"parameters":{"addresses":[{"family":2,"address":[192,0,2,1]}],"name":"other.test","flags":1}}"#,
      "NOERROR = other.test. 192.0.2.1"
    ),
    (
      #"{"parameters":{"names":[{"ifindex":3,"name":"host.example.test"}],"flags":8388609}}"#,
      "NOERROR host.example.test."
    ),
    (
      #"{"parameters":{"addresses":[{"family":2,"address":[127,0,0,1]}],"flags":524801}}"#,
      "NOERROR local authentic 127.0.0.1"
    ),
    (#"{"error":"io.systemd.Resolve.DNSError","parameters":{"rcode":3}}"#, "NXDOMAIN"),
    (#"{"error":"io.systemd.Resolve.DNSError","parameters":{"rcode":5}}"#, "REFUSED"),
    (#"{"error":"io.systemd.Resolve.DNSError","parameters":{"rcode":23}}"#, "SERVFAIL"),
    (#"{"error":"io.systemd.Resolve.DNSError"}"#, "SERVFAIL"),
    (#"{"error":"io.systemd.Resolve.NoSuchResourceRecord","parameters":{}}"#, "NOERROR"),
    (#"{"error":"io.systemd.Resolve.QueryTimedOut","parameters":{}}"#, "SERVFAIL"),
    (#"{"error":"io.systemd.Resolve.NoNameServers","parameters":{}}"#, "SERVFAIL"),
    (#"{"error":"org.varlink.service.InvalidParameter","parameters":{"parameter":"name"}}"#, "REFUSED"),
  ]

  @Test(arguments: varlinkReplies)
  func `a varlink reply is an answer`(text: String, expected: String) throws {
    let question = LookupQuestion(
      try #require(OwnedName("www.example.test")), text.contains("names") ? .ptr : .a)
    guard case .message(.answer(let answer), _) = Varlink.reply(text.varlink[...], to: question) else {
      return #expect(Bool(false), "no answer in \(text)")
    }
    #expect(answer.text(to: question) == expected)
  }

  /// A request of nscd: version 2, type, key.
  private static func request(_ type: UInt8, _ key: [UInt8]) -> [UInt8] {
    [2, 0, 0, 0, type, 0, 0, 0, UInt8(key.count), 0, 0, 0] + key
  }

  private static let requests: [([UInt8], String, RecordType)] = [
    (request(4, Array("a.test\0".utf8)), "a.test.", .a),
    (request(5, Array("a.test\0".utf8)), "a.test.", .aaaa),
    (request(6, [192, 0, 2, 1]), "1.2.0.192.in-addr.arpa.", .ptr),
    (request(14, Array("a.test\0".utf8)), "a.test.", .a),
  ]

  @Test(arguments: requests)
  func `a request to nscd is a question`(octets: [UInt8], name: String, type: RecordType) throws {
    guard case .message(.question(let question), let length) = NSCD.call(octets[...]) else {
      return #expect(Bool(false), "no question in \(octets)")
    }
    #expect(question.name == OwnedName(name) && question.type == type)
    #expect(length == octets.count)
  }

  @Test func `another request to nscd has no question, but has a response`() {
    for octets in [
      Self.request(13, Array("hosts\0".utf8)), Self.request(0, Array("root\0".utf8)),
      Self.request(6, [1, 2]),
    ] {
      guard case .message(.other, octets.count) = NSCD.call(octets[...]) else {
        return #expect(Bool(false), "not another request: \(octets)")
      }
    }
  }

  private static let responses: [(RecordType, Bool, [UInt8], String)] = [
    (
      .a, true,
      [
        2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 20, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0, 0, 192, 0, 2, 1, 32, 1, 13,
        184, 0, 0,
      ]
        + [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 10] + Array("www.example.test\0".utf8),
      "NOERROR 192.0.2.1 2001:db8::1"
    ),
    (
      .aaaa, false,
      [
        2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0, 1,
        0, 0, 0,
      ],
      "NXDOMAIN"
    ),
    (
      .aaaa, false,
      [2, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255] + [
        0, 0, 0, 0, 0, 0, 0, 0,
      ], "REFUSED"
    ),
    (
      .ptr, false,
      [2, 0, 0, 0, 1, 0, 0, 0, 18, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
        + Array("host.example.test\0".utf8) + [192, 0, 2, 1], "NOERROR host.example.test."
    ),
    (
      .a, false,
      [2, 0, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]
        + Array("b.test\0".utf8) + [17, 0, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2]
        + Array("www.example.test\0".utf8),
      "NOERROR = b.test. 192.0.2.1 192.0.2.2"
    ),
  ]

  @Test(arguments: responses)
  func `a response of nscd is an answer, and each prefix of it is incomplete`(
    type: RecordType, isList: Bool, octets: [UInt8], expected: String
  ) throws {
    var question = LookupQuestion(try #require(OwnedName("www.example.test")), type)
    question.wantsAddressList = isList
    guard case .message(.answer(let answer), octets.count) = NSCD.reply(octets[...], to: question) else {
      return #expect(Bool(false), "no answer in \(octets)")
    }
    #expect(answer.text(to: question) == expected)
    for count in 0..<24 {
      guard case .incomplete = NSCD.reply(octets[..<count], to: question) else {
        return #expect(Bool(false), "\(count) octets are a message")
      }
    }
  }

  @Test func `other octets are malformed`() {
    guard case .malformed = Varlink.call("GET / HTTP/1.1".varlink[...]),
      case .malformed = Varlink.call("[]".varlink[...]),
      case .malformed = Varlink.reply("7".varlink[...], to: nil),
      case .malformed = NSCD.call([3, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0]),
      case .malformed = NSCD.call([2, 0, 0, 0, 4, 0, 0, 0, 1, 0, 1, 0, 0])
    else { return #expect(Bool(false)) }
  }
}

extension LookupAnswer {
  fileprivate func text(to question: LookupQuestion) -> String {
    var words = [code.description]
    if isLocal { words.append("local") }
    if isAuthentic { words.append("authentic") }
    if let canonicalName, canonicalName != question.name { words.append("= \(canonicalName)") }
    words += addresses.map(\.description) + names.map(\.description)
    return words.joined(separator: " ")
  }
}
