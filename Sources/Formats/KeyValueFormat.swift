package import Bytes
import TraceModel
package import Correlation
import DNSWire
import PacketDecoding

/// `KEY=value` lines for grep: one a query, one an answer record, one an answer without records.
package struct KeyValueFormat: Encoder {
  private let host: Host

  package init(host: Host) { self.host = host }

  package mutating func encode(_ shown: borrowing Exchange, sequence: UInt64, to output: inout ByteWriter) {
    // The query of a late or repeated answer has had its line.
    let isKnown = shown.outcome == .late || shown.outcome == .repeated
    if let query = shown.query, !isKnown {
      line(query, of: shown, to: &output)
      output.append(UInt8(ascii: "\n"))
    }
    guard let answer = shown.answer else { return }
    let message = answer.message
    let answers = message.answers
    var records = answers.makeCursor()
    while let record = records.next() {
      line(answer, of: shown, to: &output)
      output.append(fixed: " DNS_RTYPE=")
      record.writeType(to: &output)
      output.append(fixed: " DNS_DATA=")
      value(in: &output) { record.writeData(to: &$0) }
      output.append(UInt8(ascii: "\n"))
    }
    if answers.isEmpty {
      line(answer, of: shown, to: &output)
      output.append(UInt8(ascii: "\n"))
    }
  }

  private func line(
    _ observation: borrowing DecodedMessage, of shown: borrowing Exchange, to output: inout ByteWriter
  ) {
    if let owner = shown.owner {
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
    if let name = host.interfaces.name(observation.interfaceIndex, observation.networkNamespace) {
      output.append(fixed: "DEV=")
      value(in: &output) { $0.append(escaping: name.utf8, also: UInt8(ascii: " ")) }
      output.append(UInt8(ascii: " "))
    }
    output.append(fixed: "PROTO=")
    switch observation.flow.transport {
    case .udp: output.append(fixed: "UDP")
    case .tcp: output.append(fixed: "TCP")
    case .udpLite: output.append(fixed: "UDPLITE")
    }
    output.append(fixed: " SRC=")
    observation.flow.source.address.write(to: &output)
    output.append(fixed: " DST=")
    observation.flow.destination.address.write(to: &output)
    output.append(fixed: " SPT=")
    output.append(decimal: observation.flow.source.port)
    output.append(fixed: " DPT=")
    output.append(decimal: observation.flow.destination.port)
    if let owner = shown.owner, owner.credentials.uid != Credentials.unknownID {
      output.append(fixed: " UID=")
      output.append(decimal: owner.credentials.uid)
      output.append(fixed: " GID=")
      output.append(decimal: owner.credentials.gid)
    }
    output.append(fixed: " DNS_QR=")
    output.append(decimal: observation.header.isResponse ? 1 : 0)
    let own = observation.question
    if let question = own == nil ? shown.question : own {
      output.append(fixed: " DNS_NAME=")
      value(in: &output) { question.qname.write(to: &$0, finalDot: true, lowercased: false) }
      output.append(fixed: " DNS_TYPE=")
      question.writeType(to: &output)
    }
    if observation.header.isResponse {
      output.append(fixed: " DNS_RCODE=")
      observation.responseCode.write(to: &output)
    }
    if observation.isCut { output.append(fixed: " DNS_CAPTURE=cut") }
    if !shown.isMessage, observation.header.isResponse != shown.outcome.isWithoutAnswer,
      shown.outcome != .answered
    {
      output.append(fixed: " DNS_OUTCOME=")
      output.append(text: shown.outcome.rawValue)
    }
  }

  /// A value with spaces gets single quotes, and a single quote in one becomes its octet, so that a
  /// line splits at the spaces outside quotes.
  private func value(in output: inout ByteWriter, _ write: (inout ByteWriter) -> Void) {
    let start = output.count
    write(&output)
    let isSpaced = output.span.extracting(start..<output.count).contains(UInt8(ascii: " "))
    guard isSpaced || output.span.extracting(start..<output.count).contains(UInt8(ascii: "'")) else { return }
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
  fileprivate func contains(_ octet: UInt8) -> Bool {
    for index in indices where self[index] == octet { return true }
    return false
  }
}
