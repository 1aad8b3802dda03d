import Attribution
import TraceModel
import Testing

/// The decision between the running task and the owner record.
struct VerdictTests {
  private static func owner(_ pid: Int32, _ tid: Int32, _ source: OwnerSource) -> TaskSnapshot {
    TaskSnapshot(
      identity: ProcessIdentity(pid: pid, startTime: UInt64(pid)), tid: tid,
      credentials: Credentials(uid: 0, gid: 0), name: "test", threadName: "test", source: source)
  }

  @Test(arguments: [
    // A task that sends in its own call is the sender, whatever the owner record says.
    (SendContext.call, OwnerSource.sending, 2, 2, 1, AttributionMethod.sender),
    (.call, .connector, 2, 2, 1, .sender),
    // If the owner record names another task, that task wrote the corked datagram.
    (.corked, .send, 2, 2, 2, .owner), (.corked, .sending, 1, 7, 1, .owner),
    (.corked, .send, 1, 1, 1, .sender),
    // Without recorded sends, any process that shares the socket may have written it.
    (.corked, .connector, 1, 1, 0, .none(.sharedSocket)),
    (.corked, .connector, 2, 2, 0, .none(.sharedSocket)),
    // A datagram that may have waited: an owner record from before the send is right, a later one proves nothing.
    (.waited, .sending, 2, 2, 2, .owner), (.waited, .send, 2, 2, 0, .none(.sharedSocket)),
    // An owner record from before the send names the writer.
    (.stream, .sending, 1, 1, 1, .sender), (.stream, .sending, 2, 2, 2, .owner),
    (.stream, .sending, 1, 7, 1, .owner),
    // An older record shows only whether the socket is shared.
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
