import Formats
import HostSystem

extension Format {
  /// The encoder for this format but pcapng, and for the terminal behind `target`, if there is one.
  func encoder(
    host: Host, for target: OutputTarget, names: TableFormat.Names = .ascii
  ) -> any Encoder {
    let isColoured = target.isTerminal && (Terminal.variable("NO_COLOR") ?? "").isEmpty
    return switch self {
    case .table:
      TableFormat(host: host, width: target.columns, style: isColoured ? .colour : .plain, names: names)
    case .keyvalue: KeyValueFormat(host: host)
    case .json: JSONFormat(host: host)
    case .eve: EVEFormat(host: host)
    case .dnstap:
      DnstapFormat(
        host: host, version: "querent \(Querent.version)",
        framing: target.isCollector ? .framesOnly : .complete)
    case .pcapng: preconditionFailure("packets are written by a subscriber of their own")
    }
  }
}

extension OutputTarget {
  var isTerminal: Bool {
    descriptor.map(Terminal.isTerminal) ?? false
  }

  /// The terminal's width; nil when there is none.
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
