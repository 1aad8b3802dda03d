package import TraceModel

extension Attributor {
  /// Decides between the running task and the socket's owner record.
  ///
  /// A task that sends by a call of its own is named even if the socket is shared. If it may have flushed data that another
  /// task wrote, the owner record decides; an uncertain result never has the method `sender`. Nil if no process is
  /// known, or if any process that shares the socket may have sent the packet.
  package static func verdict(_ tasks: SocketTasks) -> (TaskSnapshot, AttributionMethod)? {
    guard let sender = tasks.sender else { return tasks.owner.map { ($0, method(of: $0)) } }
    guard let owner = tasks.owner else { return (sender, tasks.sendContext == .call ? .sender : .owner) }
    let isSameThread = sender.tid == owner.tid && sender.identity == owner.identity
    switch (tasks.sendContext, owner.source) {
    case (.call, _): return (sender, .sender)
    case (.corked, .send) where !isSameThread, (_, .sending) where !isSameThread: return (owner, .owner)
    case (.corked, .send), (_, .sending): return (sender, .sender)
    case (.corked, _), (.waited, _): return nil
    // The owner record may be older than this call, so it shows only whether the socket is shared.
    case (.stream, _) where sender.identity == owner.identity: return (sender, .sender)
    case (.stream, .send): return nil
    case (.stream, _): return (sender, .owner)
    }
  }

  private static func method(of owner: TaskSnapshot) -> AttributionMethod {
    switch owner.source {
    case .sending, .send, .receive: .owner
    case .connector: .connector
    case .binder: .binder
    case .creator: .creator
    case .backfill, .unknown: .backfill
    }
  }
}
