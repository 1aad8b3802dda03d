import Bytes
import TraceModel
import Correlation
import Formats
import PacketDecoding
import StrictJSON

/// Messages with any octets over any flow, and processes with any names, through pairing into every format.
func fuzzFormats(_ octets: [UInt8]) {
  var supply = Supply(octets)
  let settings = supply.octet()
  let attribution = attribution(&supply)
  var conversation = Conversation(settings & 1 == 0 ? .exchanges : .messages, timeout: 1_000_000_000)
  while !supply.isEmpty {
    let choice = supply.octet()
    let address = choice & 1 == 0 ? IPAddress(v4: 0xe000_00fb) : IPAddress(v6High: 0xff02 << 48, low: 0xfb)
    let source = Endpoint(address: address, port: supply.short())
    let destination = Endpoint(address: address, port: supply.short())
    let transports: [Transport] = [.udp, .tcp, .udpLite, .udp]
    let recognitions: [Recognition] = [.port, .shape, .flow, .port]
    conversation.push(
      supply.take(Int(supply.short() & 0x3ff)),
      Flow(transport: transports[Int(choice >> 1 & 3)], source: source, destination: destination),
      choice & 8 == 0 ? .egress : .ingress, cookie: UInt64(choice >> 7), interface: 1, namespace: 1,
      attribution,
      missing: choice & 0x40 == 0 ? 0 : 9, recognition: recognitions[Int(choice >> 4 & 3)])
    conversation.advance(by: Int64(choice) * 10_000_000)
  }
  conversation.finish()
  check(conversation.exchanges, settings)
}

private func attribution(_ supply: inout Supply) -> Attribution {
  func text(_ supply: inout Supply) -> String {
    String(decoding: supply.take(Int(supply.octet() & 0x1f)), as: UTF8.self)
  }
  let name = TaskName(octets: supply.take(Int(supply.octet() & 0xf)))
  let owner = TaskSnapshot(
    identity: ProcessIdentity(pid: 7, startTime: UInt64(supply.octet())), tid: 7,
    credentials: Credentials(uid: UInt32(supply.octet()), gid: 0), name: name, threadName: name, source: .send
  )
  let details = ProcessDetails(
    executable: text(&supply), arguments: [text(&supply), ""], workingDirectory: text(&supply),
    user: text(&supply), group: text(&supply), cgroup: text(&supply),
    container: Container(id: text(&supply), runtime: nil))
  return Attribution(owner: owner, details: details, method: .sender)
}

private func check(_ exchanges: [StoredExchange], _ settings: UInt8) {
  let host = Host(
    name: "host", machineID: nil, bootID: "boot", bootTime: Timestamp(nanoseconds: 0), tier: "cgroup", )
  host.interfaces.set("if1", for: 1)
  for line in lines(JSONFormat(host: host), exchanges) { parse(line) }
  for line in lines(EVEFormat(host: host), exchanges) { parse(line) }
  for line in lines(KeyValueFormat(host: host), exchanges) { checkText(line) }
  let width = settings & 2 == 0 ? nil : Int(settings >> 2) + 3
  let names: TableFormat.Names = settings & 4 == 0 ? .ascii : .unicode
  for line in lines(TableFormat(host: host, width: width, style: .plain, names: names), exchanges) {
    checkText(line)
  }
  var frames = octets(DnstapFormat(host: host, version: "fuzz", framing: .framesOnly), exchanges)[...]
  while !frames.isEmpty {
    precondition(frames.count > 4, "a frame without its length")
    let length = frames.prefix(4).reduce(0) { $0 << 8 | Int($1) }
    precondition(length > 0 && length <= frames.count - 4, "a frame longer than the rest")
    frames = frames.dropFirst(4 + length)
  }
}

private func octets(_ format: some Encoder, _ exchanges: [StoredExchange]) -> [UInt8] {
  var format = format
  var output = ByteWriter()
  format.start(&output)
  for (index, exchange) in exchanges.enumerated() {
    format.encode(exchange.view, sequence: UInt64(index + 1), to: &output)
  }
  format.finish(&output)
  return output.array()
}

private func lines(_ format: some Encoder, _ exchanges: [StoredExchange]) -> [ArraySlice<UInt8>] {
  let output = octets(format, exchanges)
  precondition(output.isEmpty || output.last == UInt8(ascii: "\n"), "a line without its end")
  return output.split(separator: UInt8(ascii: "\n"))
}

private func parse(_ line: ArraySlice<UInt8>) {
  checkText(line)
  do {
    _ = try StrictJSON.parse(line)
  } catch {
    preconditionFailure("\(error) in \(String(decoding: line, as: UTF8.self))")
  }
}

/// Valid UTF-8 without control characters: C0, DEL and C1.
private func checkText(_ line: ArraySlice<UInt8>) {
  guard let text = String(validating: line, as: UTF8.self) else { preconditionFailure("not UTF-8") }
  precondition(
    text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) },
    "a control character")
}
