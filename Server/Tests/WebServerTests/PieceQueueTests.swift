import Testing

@testable import WebServer

@Suite struct PieceQueueTests {
  @Test func `a queue can be left with pieces that nobody takes`() {
    let queue = PieceQueue()
    for number in 0..<3 { #expect(queue.put([UInt8(number)])) }
    queue.cancel()
    #expect(!queue.put([3]))
  }

  @Test func `pieces are taken in their order`() async {
    let queue = PieceQueue()
    #expect(queue.put([1]) && queue.put([2]))
    queue.finish()
    #expect(await queue.next() == [1])
    #expect(await queue.next() == [2])
    #expect(await queue.next() == nil)
  }
}
