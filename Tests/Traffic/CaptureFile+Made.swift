extension CaptureFile {
  /// Captures of every kind that querent reads, with messages that dnspython encoded.
  public static let made: [CaptureFile] =
    [
      clientsDay,
      day("day-big-endian.pcap", day.pcap(.big)),
      day("day-nanoseconds.pcap", day.pcap(.little, .nanoseconds)),
      day("day-big-endian-nanoseconds.pcap", day.pcap(.big, .nanoseconds)),
      day("day.pcapng", Recording.pcapng([day])),
      day("day-big-endian.pcapng", Recording.pcapng([day], .big)),
      CaptureFile(
        "two-interfaces.pcapng", packets: 4, messages: 4,
        octets: Recording.pcapng([linked[0].recording, linked[1].recording])),
    ]
    + linked.map { name, recording in
      CaptureFile("link-\(name).pcap", packets: 2, messages: 2, octets: recording.pcap())
    }
    + [
      udp("records.pcap", WrittenMessage.all.filter { !["day", "mdns"].contains($0.name) && !$0.isBad }),
      udp("malformed.pcap", WrittenMessage.all.filter(\.isBad)),
      file("multicast.pcap", multicast, messages: 4),
      file("tcp.pcap", conversation(.four), messages: 6),
      file("tcp-ipv6.pcap", conversation(.six), messages: 6),
      file("tcp-fast-open.pcap", fastOpen, messages: 2),
      file("truncated-then-tcp.pcap", truncated, messages: 4),
      file("fragments.pcap", fragments(.four), messages: 2),
      file("fragments-ipv6.pcap", fragments(.six), messages: 2),
      file("fragment-without-beginning.pcap", [fragments(.six)[1]], messages: 0, unassembled: 1),
      file("tunnels.pcap", tunnels, messages: 6),
      file("another-protocol.pcap", [Ends.four.ip([1, 2, 3, 4], 255, toClient: false)], messages: 0),
      CaptureFile("cut.pcap", packets: 2, messages: 2, octets: cut.pcap()),
    ]

  /// A client's 33 messages in 40 seconds; one query has no answer.
  public static let clientsDay = day("day.pcap", day.pcap())

  private static func file(
    _ name: String, _ packets: [[UInt8]], messages: Int, unassembled: UInt64 = 0
  ) -> CaptureFile {
    CaptureFile(
      name, packets: packets.count, messages: messages, unassembled: unassembled,
      octets: Recording(packets: packets).pcap())
  }

  private static func udp(_ name: String, _ messages: [WrittenMessage]) -> CaptureFile {
    file(name, messages.map { Ends.four.udp($0.octets) }, messages: messages.count)
  }

  private static func day(_ name: String, _ octets: [UInt8]) -> CaptureFile {
    CaptureFile(name, packets: 33, messages: 33, octets: octets)
  }

  private static let day: Recording = {
    var recording = Recording()
    for (index, message) in WrittenMessage.named("day").enumerated() {
      let ends = Ends.four.from(40000 + index / 2)
      recording.add(Octets.ethernet(ends.udp(message)), after: message.isAnswer ? 20 : 2400)
    }
    return recording
  }()

  private static let exchange = WrittenMessage.named("https")
}

// MARK: Link layers

extension CaptureFile {
  /// A query and its answer with each link header that has its own LINKTYPE number.
  private static let linked: [(name: String, recording: Recording)] = {
    let links: [(String, Int, Ends, ([UInt8]) -> [UInt8])] = [
      ("ethernet", 1, .four, { Octets.ethernet($0) }),
      ("raw", 101, .six, { $0 }),
      ("vlan", 1, .four, { Octets.ethernet($0, tags: [0x81, 0, 0, 5]) }),
      ("vlan-in-vlan", 1, .six, { Octets.ethernet($0, tags: [0x88, 0xa8, 0, 5, 0x81, 0, 0, 6]) }),
      ("null", 0, .four, { [2, 0, 0, 0] + $0 }),
      ("loop", 108, .four, { [0, 0, 0, 2] + $0 }),
      ("ipv4", 228, .four, { $0 }),
      ("ipv6", 229, .six, { $0 }),
      ("cooked", 113, .four, { [0, 4, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0] + Octets.etherType(of: $0) + $0 }),
      (
        "cooked-2", 276, .six,
        { Octets.etherType(of: $0) + [0, 0, 0, 0, 0, 2, 0, 1, 4, 6, 2, 0, 0, 0, 0, 1, 0, 0] + $0 }
      ),
      ("ppp", 9, .four, { [0xff, 0x03, 0x00, 0x21] + $0 }),
      ("hdlc", 104, .four, { [0x0f, 0] + Octets.etherType(of: $0) + $0 }),
    ]
    return links.map { name, number, ends, header in
      var recording = Recording(link: number)
      for message in exchange { recording.add(header(ends.udp(message))) }
      return (name, recording)
    }
  }()

  /// An exchange in each of VXLAN (RFC 7348), Geneve (RFC 8926) and GRE (RFC 2784).
  private static let tunnels: [[UInt8]] = exchange.flatMap { message in
    let inner = Ends.six.udp(message)
    func outer(_ port: Int, _ header: [UInt8]) -> [UInt8] {
      let payload = header + Octets.ethernet(inner)
      let datagram =
        Octets.short(50000) + Octets.short(port) + Octets.short(8 + payload.count) + [0, 0] + payload
      return Ends.four.ip(datagram, 17, toClient: false)
    }
    return [
      outer(4789, [8, 0, 0, 0, 0, 0, 1, 0]),
      outer(6081, [0, 0, 0x65, 0x58, 0, 0, 1, 0]),
      Ends.four.ip([0, 0] + Octets.etherType(of: inner) + inner, 47, toClient: false),
    ]
  }

  /// A capture with a truncated second packet.
  private static let cut: Recording = {
    var recording = Recording()
    for message in exchange {
      let frame = Octets.ethernet(Ends.four.udp(message))
      recording.add(Array(frame.prefix(100)), originalLength: frame.count)
    }
    return recording
  }()
}

// MARK: Transports

extension CaptureFile {
  private static let multicast: [[UInt8]] = [
    Ends(client: [192, 0, 2, 99], server: [224, 0, 0, 251], clientPort: 5353, serverPort: 5353),
    Ends(
      client: Ends.six(0x99), server: [0xff, 0x02] + Array(repeating: 0, count: 13) + [0xfb],
      clientPort: 5353, serverPort: 5353),
  ].flatMap { ends in
    // An announcement goes to the group too.
    WrittenMessage.named("mdns").map { message in
      let datagram =
        Octets.short(5353) + Octets.short(5353) + Octets.short(8 + message.count) + [0, 0] + message
      return ends.ip(datagram, 17, toClient: false)
    }
  }

  private static let large = exchange[1].with(addresses: 200)

  /// Handshake, a query, an answer in several segments, two queries in one segment, a segment sent twice, an answer of
  /// nearly the maximum size, and the end.
  private static func conversation(_ ends: Ends) -> [[UInt8]] {
    let query = Octets.framed(exchange[0])
    let answers = [exchange[1], large, exchange[1].with(addresses: 4050)].map(Octets.framed)
    var packets = [
      ends.tcp([], at: 999, flags: 0x02, toClient: false),
      ends.tcp([], at: 4999, flags: 0x12, toClient: true),
      ends.tcp([], at: 1000, flags: 0x10, toClient: false),
      ends.tcp(query, at: 1000, toClient: false),
    ]
    var sequence = 5000
    func send(_ octets: [UInt8], pieces: [Int]) {
      var rest = octets[...]
      for size in pieces + Array(repeating: 1400, count: octets.count / 1400 + 1) where !rest.isEmpty {
        let piece = Array(rest.prefix(size))
        packets.append(ends.tcp(piece, at: sequence, toClient: true))
        sequence += piece.count
        rest = rest.dropFirst(size)
      }
    }
    // The length prefix itself is cut.
    send(answers[0], pieces: [1, 1, 20])
    packets.append(ends.tcp(query + query, at: 1000 + query.count, toClient: false))
    send(answers[1], pieces: [])
    packets.append(packets[packets.count - 1])
    send(answers[2], pieces: [])
    packets.append(ends.tcp([], at: 1000 + 3 * query.count, flags: 0x11, toClient: false))
    packets.append(ends.tcp([], at: sequence, flags: 0x11, toClient: true))
    return packets
  }

  /// The query is in the SYN (RFC 7413).
  private static let fastOpen: [[UInt8]] = {
    let (query, answer) = (Octets.framed(exchange[0]), Octets.framed(exchange[1]))
    return [
      Ends.four.tcp(query, at: 999, flags: 0x02, toClient: false),
      Ends.four.tcp([], at: 4999, flags: 0x12, toClient: true),
      Ends.four.tcp(answer, at: 5000, toClient: true),
    ]
  }()

  /// An answer with the TC bit, and the same question again over TCP (RFC 7766 §5).
  private static let truncated: [[UInt8]] = {
    var short = exchange[1]
    short[2] |= 2
    let (query, answer) = (Octets.framed(exchange[0]), Octets.framed(large))
    return [
      Ends.four.udp(exchange[0]), Ends.four.udp(short),
      Ends.four.tcp([], at: 999, flags: 0x02, toClient: false),
      Ends.four.tcp([], at: 4999, flags: 0x12, toClient: true),
      Ends.four.tcp(query, at: 1000, toClient: false),
      Ends.four.tcp(Array(answer.prefix(1400)), at: 5000, toClient: true),
      Ends.four.tcp(Array(answer.dropFirst(1400)), at: 6400, toClient: true),
    ]
  }()

  /// A query and an answer in fragments; those of the answer are in the wrong order.
  private static func fragments(_ ends: Ends) -> [[UInt8]] {
    ends.fragments(exchange[0], of: 24) + ends.fragments(large, of: 1400).reversed()
  }
}

extension WrittenMessage {
  fileprivate var isBad: Bool { name.hasPrefix("bad-") }
}
