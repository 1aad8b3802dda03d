import Attribution
import TraceModel
import Testing

/// The call between the task that was running and the note on the socket.
struct VerdictTests {
  private static func owner(_ pid: Int32, _ tid: Int32, _ source: OwnerSource) -> TaskSnapshot {
    TaskSnapshot(
      identity: ProcessIdentity(pid: pid, startTime: UInt64(pid)), tid: tid,
      credentials: Credentials(uid: 0, gid: 0), name: "test", threadName: "test", source: source)
  }

  @Test(arguments: [
    // A call of its own is right whatever the socket's note says.
    (SendContext.call, OwnerSource.sending, 2, 2, 1, AttributionMethod.sender),
    (.call, .connector, 2, 2, 1, .sender),
    // Who lets a corked datagram go has written nothing of it when the note names another.
    (.corked, .send, 2, 2, 2, .owner), (.corked, .sending, 1, 7, 1, .owner),
    (.corked, .send, 1, 1, 1, .sender),
    // Where nobody notes senders, any process that shares the socket may have written it.
    (.corked, .connector, 1, 1, 0, .none(.sharedSocket)),
    (.corked, .connector, 2, 2, 0, .none(.sharedSocket)),
    // A datagram that may have waited for its way: a note from before it left is its sender's, a later one decides nothing.
    (.waited, .sending, 2, 2, 2, .owner), (.waited, .send, 2, 2, 0, .none(.sharedSocket)),
    // A note from before the packet left says who wrote it.
    (.stream, .sending, 1, 1, 1, .sender), (.stream, .sending, 2, 2, 2, .owner),
    (.stream, .sending, 1, 7, 1, .owner),
    // An older note says only whether the socket is shared.
    (.stream, .send, 1, 7, 1, .sender), (.stream, .send, 2, 2, 0, .none(.sharedSocket)),
    (.stream, .connector, 2, 2, 1, .owner),
  ])
  func `the writer is named, or the method is not sender`(
    context: SendContext, source: OwnerSource, notedPID: Int32, notedTID: Int32, expected: Int32,
    method: AttributionMethod
  ) {
    let tasks = SocketTasks(
      sender: Self.owner(1, 1, .send), sendContext: context, owner: Self.owner(notedPID, notedTID, source))
    let verdict = Attributor.verdict(tasks)
    #expect(verdict?.0.identity.pid ?? 0 == expected)
    if verdict != nil { #expect(verdict?.1 == method) }
  }
}
