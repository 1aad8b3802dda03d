package import Bytes
import TraceModel
package import Correlation
import DNSWire
import PacketDecoding

/// `KEY=value` lines for grep: one per query, one per answer record, one for an answer without records.
package struct KeyValueFormat: Encoder {
  private let host: Host

  package init(host: Host) { self.host = host }

  package mutating func encode(_ exchange: borrowing Exchange, sequence: UInt64, to output: inout ByteWriter)
  {
    guard exchange.lookup != nil else { return encode(exchange, lookup: nil, to: &output) }
    exchange.forEachExchange { encode($0, lookup: sequence, to: &output) }
  }

  /// - Parameter lookup: the number of the lookup that the exchange belongs to.
  private func encode(_ exchange: borrowing Exchange, lookup: UInt64?, to output: inout ByteWriter) {
    // The line of the query of a late or repeated answer was written before.
    let isKnown = exchange.outcome == .late || exchange.outcome == .repeated
    if let query = exchange.query, !isKnown {
      line(query, of: exchange, lookup, to: &output)
      output.append(UInt8(ascii: "\n"))
    }
    guard let answer = exchange.answer else { return }
    let start = output.count
    line(answer, of: exchange, lookup, to: &output)
    let line = start..<output.count
    var records = answer.message.answers.makeCursor()
    var isFirst = true
    while let record = records.next() {
      if !isFirst { output.append(again: line) }
      isFirst = false
      output.append(fixed: " DNS_RTYPE=")
      record.writeType(to: &output)
      output.append(fixed: " DNS_DATA=")
      value(in: &output) { record.writeData(to: &$0) }
      output.append(UInt8(ascii: "\n"))
    }
    if isFirst { output.append(UInt8(ascii: "\n")) }
  }

  private func line(
    _ seen: borrowing DecodedMessage, of exchange: borrowing Exchange, _ lookup: UInt64?,
    to output: inout ByteWriter
  ) {
    let owner = exchange.owner
    if let owner {
      output.append(fixed: "COMM=")
      value(in: &output) { $0.append(escaping: owner.name, also: UInt8(ascii: " ")) }
      output.append(fixed: " PID=")
      output.append(decimal: owner.identity.pid)
      output.append(fixed: " TGID=")
      output.append(decimal: owner.identity.pid)
      output.append(fixed: " TID=")
      output.append(decimal: owner.tid)
      output.append(UInt8(ascii: " "))
    }
    if let name = host.interfaces.name(seen.interfaceIndex, seen.networkNamespace) {
      output.append(fixed: "DEV=")
      value(in: &output) { $0.append(escaping: name.utf8, also: UInt8(ascii: " ")) }
      output.append(UInt8(ascii: " "))
    }
    let flow = seen.flow
    switch flow.transport {
    case .udp: output.append(fixed: "PROTO=UDP")
    case .tcp: output.append(fixed: "PROTO=TCP")
    case .udpLite: output.append(fixed: "PROTO=UDPLITE")
    case .unix:
      output.append(fixed: "PROTO=UNIX LOOKUP=")
      output.append(text: seen.service.rawValue)
    }
    if flow.hasAddresses {
      output.append(fixed: " SRC=")
      flow.source.address.write(to: &output)
      output.append(fixed: " DST=")
      flow.destination.address.write(to: &output)
      output.append(fixed: " SPT=")
      output.append(decimal: flow.source.port)
      output.append(fixed: " DPT=")
      output.append(decimal: flow.destination.port)
    }
    if let owner, owner.credentials.uid != Credentials.unknownID {
      output.append(fixed: " UID=")
      output.append(decimal: owner.credentials.uid)
      output.append(fixed: " GID=")
      output.append(decimal: owner.credentials.gid)
    }
    let header = seen.header
    output.append(fixed: header.isResponse ? " DNS_QR=1" : " DNS_QR=0")
    let own = seen.question
    if let question = own == nil ? exchange.question : own {
      output.append(fixed: " DNS_NAME=")
      value(in: &output) { question.qname.write(to: &$0, finalDot: true, lowercased: false) }
      output.append(fixed: " DNS_TYPE=")
      question.writeType(to: &output)
    }
    if header.isResponse {
      output.append(fixed: " DNS_RCODE=")
      seen.responseCode.write(to: &output)
    }
    if seen.isCut { output.append(fixed: " DNS_CAPTURE=cut") }
    if let lookup {
      output.append(fixed: " DNS_LOOKUP=")
      output.append(decimal: lookup)
    }
    if let chain = exchange.chain { self.chain(chain, isAnswer: header.isResponse, to: &output) }
    if case .answered = exchange.outcome { return }
    guard !exchange.isMessage, header.isResponse != exchange.outcome.isWithoutAnswer else { return }
    output.append(fixed: " DNS_OUTCOME=")
    output.append(text: exchange.outcome.rawValue)
  }

  /// The program for which a resolver sent the query, and where a resolver got its answer from.
  private func chain(_ chain: Chain, isAnswer: Bool, to output: inout ByteWriter) {
    if let task = chain.origins?.first.process?.task {
      output.append(fixed: " FOR_COMM=")
      value(in: &output) { $0.append(escaping: task.name, also: UInt8(ascii: " ")) }
      output.append(fixed: " FOR_PID=")
      output.append(decimal: task.identity.pid)
    }
    guard isAnswer else { return }
    if let origin = chain.answeredFrom {
      output.append(fixed: " ANSWERED_FROM=")
      output.append(text: origin.rawValue)
    }
    if let last = chain.forwarded.last {
      output.append(fixed: " FORWARDED_TO=")
      if let server = last.server {
        server.address.write(to: &output)
      } else {
        output.append(text: last.service.rawValue)
      }
    }
  }

  /// A value with spaces is in single quotes, and a single quote in a value is escaped, so that a
  /// line can be split at the spaces outside quotes.
  private func value(in output: inout ByteWriter, _ write: (inout ByteWriter) -> Void) {
    let start = output.count
    write(&output)
    let (isSpaced, isQuoted) = output.span.extracting(start..<output.count).spacesAndQuotes
    guard isSpaced || isQuoted else { return }
    var text: [UInt8] = []
    text.append(contentsOf: output.span.extracting(start..<output.count))
    output.cut(to: start)
    if isSpaced { output.append(UInt8(ascii: "'")) }
    for octet in text {
      if octet == UInt8(ascii: "'") { output.append(fixed: "\\039") } else { output.append(octet) }
    }
    if isSpaced { output.append(UInt8(ascii: "'")) }
  }
}

extension Span<UInt8> {
  /// Whether there is a space, and whether there is a single quote.
  fileprivate var spacesAndQuotes: (Bool, Bool) {
    var (isSpaced, isQuoted) = (false, false)
    for index in indices {
      isSpaced = isSpaced || self[index] == UInt8(ascii: " ")
      isQuoted = isQuoted || self[index] == UInt8(ascii: "'")
    }
    return (isSpaced, isQuoted)
  }
}
