package import DNSWire
package import PacketDecoding
package import TraceModel

// For those who have kept a chain and make it again.

extension ForwardedQuery {
  package init(
    server: Endpoint?, service: NameService, process: ObservedProcess?, asking question: Question?,
    evidence: Evidence, latency: Int64?, responseCode: ResponseCode?
  ) {
    self.init(
      server: server, service: service, process: process, question: question, evidence: evidence,
      latency: latency, responseCode: responseCode)
  }
}

extension ForwardedQuery.Question {
  package init(asking name: OwnedName, type: RecordType) { self.init(name: name, type: type) }
}

extension ServedClient {
  package init(process: ObservedProcess?, at client: Endpoint?, evidence: Evidence, depth: Int) {
    self.init(process: process, client: client, evidence: evidence, depth: depth)
  }
}
