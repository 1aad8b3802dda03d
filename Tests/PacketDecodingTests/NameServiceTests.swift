import TraceModel
import PacketDecoding
import Testing

/// Which of the protocols that share DNS's format a flow carries.
struct NameServiceTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var source: Endpoint
    var destination: Endpoint
    var service: NameService

    init(_ what: String, _ source: Endpoint, _ destination: Endpoint, _ service: NameService) {
      testDescription = what
      (self.source, self.destination, self.service) = (source, destination, service)
    }
  }

  static func host(_ port: UInt16) -> Endpoint { Endpoint(address: IPAddress(v4: 0xc000_0201), port: port) }
  static func server(_ port: UInt16) -> Endpoint { Endpoint(address: IPAddress(v4: 0xc000_0235), port: port) }
  static let group = Endpoint(address: IPAddress(v4: 0xe000_00fb), port: 5353)
  static let group6 = Endpoint(address: IPAddress(v6High: 0xff02_0000_0000_0000, low: 0xfb), port: 5353)
  static let host6 = Endpoint(address: IPAddress(v6High: 0xfe80_0000_0000_0000, low: 1), port: 5353)

  static let cases = [
    Case("a query to a server on port 53", host(40000), server(53), .dns),
    Case("an answer from there", server(53), host(40000), .dns),
    Case("a server on another port", host(40000), server(5300), .dns),
    Case("a unicast server on port 5353", host(40000), server(5353), .dns),
    Case("an answer from there", server(5353), host(40000), .dns),
    Case("a client whose own port is 5353", host(5353), server(53), .dns),
    Case("a client whose own port is 5355", host(5355), server(53), .dns),
    Case("a client whose own port is 137", server(53), host(137), .dns),
    Case("multicast DNS to the group", host(5353), group, .mdns),
    Case("multicast DNS to the group over IPv6", host6, group6, .mdns),
    Case("an answer by unicast between two ports 5353", server(5353), host(5353), .mdns),
    Case("a legacy query", host(40000), group, .mdns),
    Case("LLMNR", host(40000), server(5355), .llmnr),
    Case("an answer of LLMNR", server(5355), host(40000), .llmnr),
    Case("NetBIOS", host(137), server(137), .netBIOS),
  ]

  @Test(arguments: cases)
  func `multicast DNS is recognised by its group or by port 5353 at both ends`(_ example: Case) {
    let flow = Flow(transport: .udp, source: example.source, destination: example.destination)
    #expect(NameService(flow) == example.service)
  }

  @Test func `only a query to the group from a port other than 5353 is a legacy query`() {
    for example in Self.cases {
      let flow = Flow(transport: .udp, source: example.source, destination: example.destination)
      let context = MessageContext(flow: flow, length: 0, time: Timestamp(nanoseconds: 0), direction: .egress)
      #expect(context.isLegacyMulticast == (example.testDescription == "a legacy query"))
    }
  }
}
