/// The tasks that the kernel recorded for one packet; attribution decides between them.
package struct SocketTasks: Sendable {
  /// The task that ran while the packet left, when a user task was sending it.
  package var sender: TaskSnapshot?
  package var sendContext: SendContext
  /// What the socket's storage said.
  package var owner: TaskSnapshot?
  /// What holds when neither is known.
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
  /// By a call that sends just this.
  case call
  /// By the last of several calls that put a UDP datagram together: it may have written nothing of it.
  case corked
  /// By a call that held the TCP socket, which may have pushed out what another had written.
  case stream
  /// Perhaps not at all: the datagram may have waited in the kernel, and the one noted on the socket sent it.
  case waited
}
