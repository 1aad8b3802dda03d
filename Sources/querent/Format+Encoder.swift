import Correlation
import Formats
import HostSystem

extension Format {
  /// The encoder of this format, which must not be pcapng, for a target that may be a terminal.
  func encoder(
    host: Host, for target: OutputTarget, names: TableFormat.Names = .ascii, unit: Unit = .exchanges
  ) -> any Encoder {
    let isColoured = target.isTerminal && (Terminal.variable("NO_COLOR") ?? "").isEmpty
    return switch self {
    case .table:
      TableFormat(
        host: host, width: target.columns, style: isColoured ? .colour : .plain, names: names, unit: unit)
    case .keyvalue: KeyValueFormat(host: host)
    case .json: JSONFormat(host: host)
    case .eve: EVEFormat(host: host)
    case .dnstap:
      DnstapFormat(
        host: host, version: "querent \(Querent.version)",
        framing: target.isCollector ? .framesOnly : .complete)
    case .pcapng: preconditionFailure("PacketSubscriber writes pcapng")
    }
  }
}

extension OutputTarget {
  var isTerminal: Bool {
    descriptor.map(Terminal.isTerminal) ?? false
  }

  /// The width of the terminal; nil if the target is not a terminal.
  fileprivate var columns: Int? {
    descriptor.flatMap(Terminal.columns)
  }

  private var descriptor: Int32? {
    switch self {
    case .descriptor(let descriptor): descriptor
    case .file(let file): file.descriptor
    case .files, .collector: nil
    }
  }

  var isCollector: Bool {
    guard case .collector = self else { return false }
    return true
  }
}
