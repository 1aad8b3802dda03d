import Testing

@testable import Top

/// Octets of a terminal become keys.
struct KeyTests {
  @Test(
    arguments: [
      ("q", [.character("q")]), ("\r", [.enter]), ("\u{7f}\u{8}", [.backspace, .backspace]),
      ("\u{1b}[A\u{1b}OB", [.up, .down]), ("\u{1b}[5~\u{1b}[6~", [.pageUp, .pageDown]),
      ("\u{1b}[H\u{1b}[F\u{1b}[1~\u{1b}[4~", [.home, .end, .home, .end]),
      ("\u{3}\u{1a}", [.control("c"), .control("z")]), ("é漢", [.character("é"), .character("漢")]),
      ("\u{1b}[<0;12;5M\u{1b}[<0;12;5m", [.press(column: 11, row: 4)]),
      ("\u{1b}[<64;1;1M\u{1b}[<65;1;1M", [.wheelUp, .wheelDown]),
      ("\u{1b}q", [.escape, .character("q")]), ("\u{1b}\u{1b}[A", [.escape, .up]),
      ("\u{1b}[200~x\u{1b}[15~", [.character("x")]), ("\u{1b}[<99999999999;1;1M", []),
    ] as [(String, [TopKey])])
  func `keys are read whole or octet by octet`(text: String, keys: [TopKey]) {
    var whole = KeyParser()
    #expect(whole.push(Array(text.utf8)) == keys)
    #expect(!whole.isPending)
    var piecewise = KeyParser()
    #expect(text.utf8.flatMap { piecewise.push([$0]) } == keys)
  }

  @Test func `Escape is a key when nothing follows`() {
    var parser = KeyParser()
    #expect(parser.push([0x1b]).isEmpty && parser.isPending)
    #expect(parser.flush() == .escape && !parser.isPending && parser.flush() == nil)
    #expect(parser.push([0x1b, 0x5b]).isEmpty)
    #expect(parser.flush() == nil)
    #expect(parser.push(Array("q".utf8)) == [.character("q")])
  }

  @Test func `no octets break it, and a key is always read afterwards`() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      var parser = KeyParser()
      let octets = (0..<Int.random(in: 0..<40, using: &generator)).map { _ in
        Bool.random() ? UInt8.random(in: 0...255) : Array("\u{1b}[<;0123M~OA".utf8).randomElement() ?? 0
      }
      _ = parser.push(octets)
      _ = parser.flush()
      #expect(parser.push(Array("q".utf8)) == [.character("q")], "\(octets)")
    }
  }
}
