import DNSWire
import HostSystem

/// Decodes a corpus of messages, each after its two-octet length, repeatedly.
///
/// `DecodeBench FILE ROUNDS [COUNT]` prints the number of messages and records in the last round. The bench uses
/// the difference between more and fewer rounds, so that the start is not counted.
@main
struct DecodeBench {
  static func main() {
    let arguments = CommandLine.arguments
    guard arguments.count >= 3, let rounds = Int(arguments[2]), let octets = contents(arguments[1]) else {
      return Terminal.write("usage: DecodeBench FILE ROUNDS [COUNT]\n", to: 2)
    }
    let most = arguments.count > 3 ? Int(arguments[3]) ?? .max : .max
    let places = places(in: octets, atMost: most)
    var reader = MessageReader()
    var tally = Tally()
    for _ in 0..<rounds {
      tally = Tally()
      for place in places { tally.take(octets.span.extracting(place), &reader) }
    }
    Terminal.write(
      "\(places.count) messages \(tally.records) records \(tally.refused) refused \(tally.sum) sum\n", to: 1)
  }

  private static func contents(_ path: String) -> [UInt8]? {
    guard var file = try? InputFile(path) else { return nil }
    var octets: [UInt8] = []
    while true {
      switch file.read(waiting: 1000) {
      case .octets(let piece): octets += piece
      case .timedOut: continue
      case .end: return octets
      case .failed: return nil
      }
    }
  }

  private static func places(in octets: [UInt8], atMost most: Int) -> [Range<Int>] {
    var places: [Range<Int>] = []
    var offset = 0
    while offset + 2 <= octets.count, places.count < most {
      let start = offset + 2
      offset = start + Int(octets[offset]) << 8 + Int(octets[offset + 1])
      places.append(start..<offset)
    }
    return places
  }
}

/// A digest of everything read, so that the compiler removes nothing as unused.
struct Tally {
  private(set) var records = 0
  private(set) var refused = 0
  private(set) var sum = 0

  /// Every field of every record: each label of its name, type, class, TTL, and the range of its data.
  mutating func take(_ octets: Span<UInt8>, _ reader: inout MessageReader) {
    guard let index = try? reader.read(octets) else {
      refused += 1
      return
    }
    let message = reader.view(of: octets, index)
    sum &+= Int(message.header.id)
    var questions = message.questions.makeCursor()
    while let question = questions.next() {
      sum &+= Self.length(question.qname) &+ Int(question.qtype.rawValue) &+ Int(question.qclass.rawValue)
    }
    take(message.answers)
    take(message.authority)
    take(message.additional)
  }

  private mutating func take(_ section: RecordSection) {
    var section = section.makeCursor()
    while let record = section.next() {
      records += 1
      sum &+= Self.length(record.name) &+ Int(record.type.rawValue) &+ Int(record.class.rawValue)
      sum &+= Int(record.ttl) &+ record.rawData.count
    }
  }

  /// The name's length without compression.
  private static func length(_ name: NameView) -> Int {
    var length = 1
    var labels = name.labels
    while let label = labels.next() { length &+= 1 &+ label.count }
    return length
  }
}
