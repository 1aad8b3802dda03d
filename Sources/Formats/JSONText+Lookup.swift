import Bytes
import Correlation
import DNSWire
import TraceModel

// The exchanges of a lookup, under `querent`.
extension JSONText {
  mutating func lookup(_ lookup: Lookup?) {
    guard let lookup else { return }
    array(#""lookup":"#) { json in
      for exchange in lookup.exchanges {
        json.element { $0.brief(exchange.view) }
      }
    }
  }

  private mutating func brief(_ exchange: borrowing Exchange) {
    if let question = exchange.question {
      object(#""question":"#) { json in
        json.quoted(#""name":"#) { question.qname.write(to: &$0, finalDot: false, lowercased: true) }
        json.quoted(#""type":"#) { question.writeType(to: &$0) }
      }
    }
    if let server = exchange.server { endpoint(#""server":"#, server) }
    number(#""duration":"#, exchange.latency)
    if let code = exchange.answer?.responseCode {
      quoted(#""response_code":"#) { code.write(to: &$0) }
    } else {
      string(#""reason":"#, exchange.outcome.rawValue)
    }
    if let origin = exchange.chain?.answeredFrom { string(#""answered_from":"#, origin.rawValue) }
  }
}
