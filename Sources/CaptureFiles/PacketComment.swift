import TraceModel

/// A packet comment of querent's about the packet itself: what pairing needs and no option is for.
struct PacketComment {
  private let text: ArraySlice<UInt8>

  private static let mark = "Socket:"

  init(_ text: ArraySlice<UInt8>) { self.text = text }

  static func matches(_ text: ArraySlice<UInt8>) -> Bool { text.starts(with: mark.utf8) }

  func complete(_ capture: inout Capture) {
    for (key, value) in CommentText.pairs(text) {
      switch key {
      case "Socket": capture.socketCookie = CommentText.number(value) ?? 0
      case "NetNS": capture.networkNamespace = CommentText.number(value) ?? 0
      case "SegmentSize": capture.segmentSize = min(65_535, max(0, CommentText.number(value) ?? 0))
      default: break
      }
    }
  }

  /// The comment for a packet; empty when there is nothing to say.
  static func text(_ capture: borrowing Capture) -> [UInt8] {
    guard capture.socketCookie != 0 || capture.networkNamespace != 0 || capture.segmentSize != 0 else {
      return []
    }
    var text: [UInt8] = []
    CommentText.append("Socket", capture.socketCookie, to: &text)
    if capture.networkNamespace != 0 { CommentText.append("NetNS", capture.networkNamespace, to: &text) }
    if capture.segmentSize != 0 { CommentText.append("SegmentSize", capture.segmentSize, to: &text) }
    return text
  }
}
