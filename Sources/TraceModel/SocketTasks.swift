/// The tasks that the kernel recorded for one packet; attribution decides between them.
package struct SocketTasks: Sendable {
  /// The task that ran while the packet was sent, if a user task was sending it.
  package var sender: TaskSnapshot?
  package var sendContext: SendContext
  /// The owner record in the socket's storage.
  package var owner: TaskSnapshot?
  /// The reason if neither is known.
  package var unknown: Attribution

  package init(
    sender: TaskSnapshot? = nil, sendContext: SendContext = .call, owner: TaskSnapshot? = nil,
    unknown: Attribution = .notRecorded
  ) {
    self.sender = sender
    self.sendContext = sendContext
    self.owner = owner
    self.unknown = unknown
  }
}

/// How the running task came to send a packet.
package enum SendContext: Hashable, Sendable {
  /// In a call that sends only this packet.
  case call
  /// In the last of several calls that compose a UDP datagram: it may have written none of it.
  case corked
  /// In a call that held the TCP socket, and may have flushed data that another task wrote.
  case stream
  /// Possibly not at all: the datagram may have waited in the kernel after the task in the owner record sent it.
  case waited
}
