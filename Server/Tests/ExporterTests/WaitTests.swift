import Testing

@testable import Exporter

@Suite(.timeLimit(.minutes(1)))
struct WaitTests {
  private static let long = Duration.seconds(86_400)

  @Test func aWaitCanBeEndedFromOutside() async {
    let wait = Wait()
    async let end: Void = wait.wait(for: Self.long)
    wait.end()
    await end
  }

  @Test func anEndThatComesEarlyEndsTheNextWaitAndNoOther() async {
    let wait = Wait()
    wait.end()
    wait.end()
    await wait.wait(for: Self.long)
    let start = ContinuousClock.now
    await wait.wait(for: .milliseconds(20))
    #expect(start.duration(to: .now) >= .milliseconds(20))
  }

  @Test func aWaitEndsWithItsTask() async {
    let task = Task { await Wait().wait(for: Self.long) }
    task.cancel()
    await task.value
  }
}
