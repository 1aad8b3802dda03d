import TraceModel
import DNSWire
import PacketDecoding

/// A task name escaped for a terminal.
struct Printable: CustomStringConvertible {
  let description: String

  init(_ name: TaskName) {
    description = name.map { $0 >= 0x20 && $0 < 0x7f ? String(UnicodeScalar($0)) : "\\\($0)" }.joined()
  }
}

/// A line about a message that could not be decoded, for `--verbose`.
struct MalformedMessage: CustomStringConvertible {
  let description: String

  init(_ error: WireError, _ context: MessageContext) {
    let name =
      context.attribution.owner.map { "\(Printable($0.name)) (\($0.identity.pid))" } ?? "unknown process"
    let flow = context.flow
    description =
      "malformed: \(error.reason) at octet \(error.offset) of \(context.length - context.missing), "
      + "\(flow.source.address) port \(flow.source.port) to \(flow.destination.address) port "
      + "\(flow.destination.port), \(name)"
  }
}
