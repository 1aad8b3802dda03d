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

  package mutating func encode(_ exchange: borrowing Exchange, sequence: UInt64, to output: inout ByteWriter)
  {
    var json = JSONText(&output, &memory)
    json.beginRecord()
    json.time(#""@timestamp":"#, exchange.time)
    json.event(exchange, sequence)
    json.dns(exchange)
    json.network(exchange, host, hostObject)
    json.fixed("\"querent\":{\"schema\":1,")
    json.attribution(exchange, host)
    json.lookup(exchange)
    json.question(exchange)
    json.edns(exchange)
    json.otherSections(exchange)
    json.multicast(exchange)
    json.transport(exchange)
    json.answeredBy(exchange, host)
    json.chain(exchange.chain, host)
    json.lookup(exchange.lookup)
    json.closeObject()
    json.endRecord()
    json.finish(&output, &memory)
  }
}
