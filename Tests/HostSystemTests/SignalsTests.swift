import Foundation
import Lab
import Testing

@testable import HostSystem

struct SignalsTests {
  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func `a blocked signal is waited for, and does not end the process:`(_ number: Int32) throws {
    let received = try PrivateThread.run {
      Signals.block()
      // To this thread, because the test's other threads do not block it.
      pthread_kill(pthread_self(), number)
      return Signals.wait()
    }
    #expect(received == number)
  }

  @Test func `signals that arrive together are returned one by one`() throws {
    let received = try PrivateThread.run {
      Signals.block()
      for number in [SIGTERM, SIGINT] { pthread_kill(pthread_self(), number) }
      return [Signals.wait(), Signals.wait()]
    }
    #expect(Set(received) == [SIGINT, SIGTERM])
  }

  @Test func `a write to a pipe without a reader fails instead of ending the process`() throws {
    let error = try PrivateThread.run {
      Signals.block()
      let (reading, writing) = try FileDescriptors.pipe()
      close(reading)
      defer { close(writing) }
      return unsafe write(writing, "x", 1) < 0 ? errno : 0
    }
    #expect(error == EPIPE)
  }
}
