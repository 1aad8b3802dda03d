import TraceModel
package import Correlation
import DNSWire
import PacketDecoding

/// `KEY=value` lines for grep: one a query, one an answer record, one an answer without records.
package struct KeyValueFormat: Encoder {
  private let host: Host

  package init(host: Host) { self.host = host }

  package mutating func encode(_ shown: borrowing Exchange, sequence: UInt64, to output: inout [UInt8]) {
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
      output.append(text: " DNS_RTYPE=")
      record.writeType(to: &output)
      output.append(text: " DNS_DATA=")
      value(in: &output) { record.writeData(to: &$0) }
      output.append(UInt8(ascii: "\n"))
    }
    if answers.isEmpty {
      line(answer, of: shown, to: &output)
      output.append(UInt8(ascii: "\n"))
    }
  }

  private func line(
    _ observation: borrowing DecodedMessage, of shown: borrowing Exchange, to output: inout [UInt8]
  ) {
    if let owner = shown.owner {
      output.append(text: "COMM=")
      value(in: &output) { $0.append(escaping: owner.name, also: UInt8(ascii: " ")) }
      output.append(text: " PID=")
      output.append(decimal: owner.identity.pid)
      output.append(text: " TGID=")
      output.append(decimal: owner.identity.pid)
      output.append(text: " TID=")
      output.append(decimal: owner.tid)
      output.append(UInt8(ascii: " "))
    }
    if let name = host.interfaces.name(observation.interfaceIndex, observation.networkNamespace) {
      output.append(text: "DEV=")
      value(in: &output) { $0.append(escaping: name.utf8, also: UInt8(ascii: " ")) }
      output.append(UInt8(ascii: " "))
    }
    output.append(text: "PROTO=")
    switch observation.flow.transport {
    case .udp: output.append(text: "UDP")
    case .tcp: output.append(text: "TCP")
    case .udpLite: output.append(text: "UDPLITE")
    }
    output.append(text: " SRC=")
    observation.flow.source.address.write(to: &output)
    output.append(text: " DST=")
    observation.flow.destination.address.write(to: &output)
    output.append(text: " SPT=")
    output.append(decimal: observation.flow.source.port)
    output.append(text: " DPT=")
    output.append(decimal: observation.flow.destination.port)
    if let owner = shown.owner, owner.credentials.uid != Credentials.unknownID {
      output.append(text: " UID=")
      output.append(decimal: owner.credentials.uid)
      output.append(text: " GID=")
      output.append(decimal: owner.credentials.gid)
    }
    output.append(text: " DNS_QR=")
    output.append(decimal: observation.header.isResponse ? 1 : 0)
    let own = observation.question
    if let question = own == nil ? shown.question : own {
      output.append(text: " DNS_NAME=")
      value(in: &output) { question.qname.write(to: &$0, finalDot: true, lowercased: false) }
      output.append(text: " DNS_TYPE=")
      question.writeType(to: &output)
    }
    if observation.header.isResponse {
      output.append(text: " DNS_RCODE=")
      observation.responseCode.write(to: &output)
    }
    if observation.isCut { output.append(text: " DNS_CAPTURE=cut") }
    if !shown.isMessage, observation.header.isResponse != shown.outcome.isWithoutAnswer,
      shown.outcome != .answered
    {
      output.append(text: " DNS_OUTCOME=")
      output.append(text: shown.outcome.rawValue)
    }
  }

  /// A value with spaces gets single quotes, and a single quote in one becomes its octet, so that a
  /// line splits at the spaces outside quotes.
  private func value(in output: inout [UInt8], _ write: (inout [UInt8]) -> Void) {
    let start = output.count
    write(&output)
    let isSpaced = output[start...].contains(UInt8(ascii: " "))
    guard isSpaced || output[start...].contains(UInt8(ascii: "'")) else { return }
    let text = Array(output[start...])
    output.removeLast(text.count)
    if isSpaced { output.append(UInt8(ascii: "'")) }
    for octet in text {
      if octet == UInt8(ascii: "'") { output.append(text: "\\039") } else { output.append(octet) }
    }
    if isSpaced { output.append(UInt8(ascii: "'")) }
  }
}
