import Bytes
import TraceModel
import Correlation
import DNSWire
import PacketDecoding

// How an exchange is related to others, under `querent`.
extension JSONText {
  mutating func chain(_ chain: Chain?, _ host: Host) {
    guard let chain else { return }
    if let origin = chain.answeredFrom { string(#""answered_from":"#, origin.rawValue) }
    if !chain.forwarded.isEmpty {
      array(#""forwarded":"#) { json in for query in chain.forwarded { json.forwarded(query, host) } }
    }
    if !chain.onBehalfOf.isEmpty {
      array(#""on_behalf_of":"#) { json in for client in chain.onBehalfOf { json.served(client, host) } }
    }
    if chain.omitted > 0 { number(#""related_omitted":"#, chain.omitted) }
  }

  private mutating func forwarded(_ query: ForwardedQuery, _ host: Host) {
    element { json in
      if let server = query.server {
        json.endpoint(#""server":"#, server)
      } else {
        json.string(#""protocol":"#, query.service.rawValue)
      }
      json.briefProcess(query.process, host)
      if let question = query.question {
        json.object(#""question":"#) { json in
          json.quoted(#""name":"#) { question.name.view.write(to: &$0, finalDot: false, lowercased: true) }
          json.quoted(#""type":"#) { question.type.write(to: &$0) }
        }
      }
      json.number(#""duration":"#, query.latency)
      if let code = query.responseCode { json.quoted(#""response_code":"#) { code.write(to: &$0) } }
      json.string(#""evidence":"#, query.evidence.rawValue)
    }
  }

  private mutating func served(_ client: ServedClient, _ host: Host) {
    element { json in
      json.briefProcess(client.process, host)
      if let client = client.client { json.endpoint(#""client":"#, client) }
      json.string(#""evidence":"#, client.evidence.rawValue)
    }
  }

  mutating func endpoint(_ key: StaticString, _ endpoint: Endpoint) {
    object(key) { json in
      json.quoted(#""ip":"#) { endpoint.address.write(to: &$0) }
      json.number(#""port":"#, endpoint.port)
    }
  }

  /// The fields that identify a process, without its details.
  private mutating func briefProcess(_ process: ObservedProcess?, _ host: Host) {
    guard let process else { return }
    object(#""process":"#) { json in
      json.number(#""pid":"#, process.task.identity.pid)
      json.string(#""entity_id":"#, host.entityID(process.task.image))
      json.string(#""name":"#, process.task.name.description)
      json.string(#""executable":"#, process.details?.executable)
    }
  }
}
