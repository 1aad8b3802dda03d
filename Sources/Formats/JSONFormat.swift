package import Bytes
import TraceModel
package import Correlation
import DNSWire
import PacketDecoding

/// One JSON object per line, with the names of the Elastic Common Schema; `Field.all` describes each.
///
/// The members are written directly, key by key: with a closure for each field it cost five times as much. Parts that
/// many records share (a process, the host) are encoded once and cached.
package struct JSONFormat: Encoder {
  private let host: Host
  private let hostObject: [UInt8]
  private var memory = JSONMemory()

  package init(host: Host) {
    self.host = host
    hostObject = JSONText.text { $0.host(host) }
  }

  package mutating func encode(_ shown: borrowing Exchange, sequence: UInt64, to output: inout ByteWriter) {
    var json = JSONText(&output, &memory)
    json.beginRecord()
    json.time(#""@timestamp":"#, shown.time)
    json.event(shown, sequence)
    json.dns(shown)
    json.network(shown, host, hostObject)
    json.fixed("\"querent\":{\"schema\":1,")
    json.attribution(shown, host)
    json.lookup(shown)
    json.question(shown)
    json.edns(shown)
    json.otherSections(shown)
    json.multicast(shown)
    json.transport(shown)
    json.answeredBy(shown, host)
    json.chain(shown.chain, host)
    json.lookup(shown.lookup)
    json.closeObject()
    json.endRecord()
    json.finish(&output, &memory)
  }
}
