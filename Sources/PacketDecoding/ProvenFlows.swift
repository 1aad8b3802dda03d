package import TraceModel

/// The newest flows on other ports that have carried a valid message, in either direction.
package struct ProvenFlows: Sendable {
  private var table = QueueTable<Flow, Void>(queues: 1)

  package init() {}

  /// Less than 512 KiB.
  static let most = 4096

  package func contains(_ flow: Flow) -> Bool {
    table.count > 0 && (table.place(of: flow) != nil || table.place(of: flow.reversed) != nil)
  }

  package mutating func insert(_ flow: Flow) {
    if let place = table.place(of: flow) ?? table.place(of: flow.reversed) { return table.move(place, to: 0) }
    if table.count >= Self.most, let oldest = table.oldest(in: 0) { table.remove(oldest) }
    _ = table.insert((), for: flow, in: 0)
  }
}
