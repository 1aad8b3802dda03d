import Captures
import Correlation
import DNSWire
import Octets
import Packets

/// One JSON object a line, in the names of the Elastic Common Schema; `Field.all` says what each means.
///
/// Written straight, key by key: with a closure for each field it cost five times as much. What is the same in many
/// records (a process, the host) is written once and kept.
package struct JSONFormat: Encoder {
  private let host: Host
  private let hostObject: [UInt8]
  private var memory = JSONText.Memory()
  private var asked = KeptProcesses()
  private var answered = KeptProcesses()

  package init(host: Host) {
    self.host = host
    var json = JSONText()
    json.host(host)
    var text: [UInt8] = []
    json.finish(to: &text)
    hostObject = text
  }

  package mutating func encode(_ shown: Shown, to output: inout [UInt8]) {
    var json = JSONText(taking: &memory)
    json.beginRecord()
    json.time(#""@timestamp":"#, shown.time)
    json.event(shown)
    json.dns(shown)
    json.network(shown, host)
    asked.write(shown.exchange.party, host, to: &json)
    json.container(shown.details?.container)
    json.octets.append(octets: hostObject)
    json.related(shown)
    json.fixed("\"querent\":{\"schema\":1,")
    json.attribution(shown, host)
    json.question(shown)
    json.edns(shown)
    json.otherSections(shown)
    json.multicast(shown)
    json.transport(shown)
    if let party = shown.exchange.answeredBy, party.owner != nil {
      json.fixed("\"answered_by\":{")
      answered.write(party, host, to: &json)
      json.closeObject()
    }
    json.closeObject()
    json.endRecord()
    json.finish(&memory, to: &output)
  }
}

/// The texts of processes, forgotten all at once when there are too many.
private struct KeptProcesses: Sendable {
  private struct Key: Hashable, Sendable {
    var owner: Owner
    var details: ObjectIdentifier?

    func hash(into hasher: inout Hasher) {
      hasher.combine(owner.tid)
      hasher.combine(details)
    }
  }

  private struct Entry: Sendable {
    var text: [UInt8]
    /// Held so that no other object can take its place in memory, and so in a key.
    var details: ProcessDetails?
  }

  private var entries: [Key: Entry] = [:]
  private static let limit = 16_384

  mutating func write(_ party: Party, _ host: Host, to json: inout JSONText) {
    guard let owner = party.owner else { return }
    let key = Key(owner: owner, details: party.details.map(ObjectIdentifier.init))
    if entries[key] == nil {
      if entries.count >= Self.limit { entries.removeAll(keepingCapacity: true) }
      var text: [UInt8] = []
      var json = JSONText()
      json.process(party, host)
      json.finish(to: &text)
      entries[key] = Entry(text: text, details: party.details)
    }
    if let text = entries[key]?.text { json.octets.append(octets: text) }
  }
}
