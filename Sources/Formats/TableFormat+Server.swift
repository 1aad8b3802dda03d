import Bytes
import TraceModel
import Correlation
import DNSWire
import PacketDecoding

// The server, and the related exchanges.
extension TableFormat {
  /// The server of the exchange; for a server's process, its client.
  ///
  /// A server on this host is shown with its name and the servers that it asked: `127.0.0.1 dnsmasq > 9.9.9.9`, or, if
  /// there is less space, `dnsmasq > 9.9.9.9`. A query that a resolver sent is shown with the program for which it was sent:
  /// `9.9.9.9 for firefox`; a server on this host then has no name, to save space.
  func writeServer(_ exchange: borrowing Exchange, width: Int, to text: inout ByteWriter) {
    let origins = exchange.chain?.origins
    let local = origins == nil ? exchange.answeredBy?.owner : nil
    if local == nil || width >= Column.server.width {
      writeAddress(exchange, withPort: width > 16, to: &text)
    }
    if let local {
      if !text.isEmpty { text.append(UInt8(ascii: " ")) }
      text.append(escaping: local.name)
    }
    guard let origins else {
      if let chain = exchange.chain { writeOrigin(chain, to: &text) }
      return
    }
    text.append(fixed: " for ")
    write(origins.first, to: &text)
    guard origins.count > 1 else { return }
    text.append(fixed: " +")
    text.append(decimal: origins.count - 1)
  }

  private func writeAddress(_ exchange: borrowing Exchange, withPort: Bool, to text: inout ByteWriter) {
    guard let client = exchange.client, let server = exchange.server else {
      if exchange.isLocalLookup { text.append(text: exchange.first?.service.rawValue ?? "") }
      return
    }
    if exchange.role == .server {
      text.append(fixed: "from ")
      client.address.write(to: &text)
    } else {
      let isPortShown = withPort && server.port != 53
      let isBracketed = isPortShown && server.address.family == .v6
      if isBracketed { text.append(UInt8(ascii: "[")) }
      server.address.write(to: &text)
      if isBracketed { text.append(UInt8(ascii: "]")) }
      if isPortShown {
        text.append(UInt8(ascii: ":"))
        text.append(decimal: server.port)
      }
    }
    switch exchange.first?.flow.transport {
    case .tcp: text.append(fixed: " tcp")
    case .udpLite: text.append(fixed: " udplite")
    case .udp, .unix, nil: break
    }
  }

  private func write(_ client: ServedClient, to text: inout ByteWriter) {
    guard let process = client.process, !process.task.name.isEmpty else {
      if let client = client.client { client.address.write(to: &text) } else { text.append(fixed: "?") }
      return
    }
    text.append(escaping: process.task.name)
  }

  /// The servers that a local server asked, or the source of its answer.
  private func writeOrigin(_ chain: Chain, to text: inout ByteWriter) {
    guard let last = chain.forwarded.last else {
      guard let origin = chain.answeredFrom else { return }
      text.append(fixed: " (")
      text.append(text: origin.rawValue)
      text.append(fixed: ")")
      return
    }
    // The next server is on this host too, and asked others.
    var asking = chain.forwarded[0].process?.task
    for query in chain.forwarded.dropFirst() {
      guard let task = query.process?.task, task.identity != asking?.identity else { continue }
      text.append(fixed: " > ")
      text.append(escaping: task.name)
      asking = task
    }
    text.append(fixed: " > ")
    if let server = last.server {
      server.address.write(to: &text)
    } else {
      text.append(text: last.service.rawValue)
    }
  }
}
