import Formats
import HostSystem

extension Format {
  /// The encoder for this format, and for the terminal behind `descriptor`, if there is one.
  func encoder(host: Host, for descriptor: Int32) -> any Encoder {
    let isColoured = Terminal.isTerminal(descriptor) && (Terminal.variable("NO_COLOR") ?? "").isEmpty
    return switch self {
    case .table:
      TableFormat(host: host, width: Terminal.columns(descriptor), style: isColoured ? .colour : .plain)
    case .keyvalue: KeyValueFormat(host: host)
    case .json: JSONFormat(host: host)
    case .eve: EVEFormat(host: host)
    case .pcapng: PcapngFormat(host: host)
    }
  }
}
