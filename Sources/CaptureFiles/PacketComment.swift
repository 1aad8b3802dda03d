import TraceModel

/// querent's packet comment about the packet itself: what pairing needs and pcapng has no option for.
struct PacketComment {
  private let text: ArraySlice<UInt8>

  private static let mark = "Socket:"

  init(_ text: ArraySlice<UInt8>) { self.text = text }

  static func matches(_ text: ArraySlice<UInt8>) -> Bool { text.starts(with: mark.utf8) }

  func complete(_ header: inout PacketHeader) {
    for (key, value) in CommentText.pairs(text) {
      switch key {
      case "Socket": header.socketCookie = CommentText.number(value) ?? 0
      case "NetNS": header.networkNamespace = CommentText.number(value) ?? 0
      case "SegmentSize": header.segmentSize = min(65_535, max(0, CommentText.number(value) ?? 0))
      default: break
      }
    }
  }

  /// The comment for a packet; empty if there is nothing to write.
  static func text(_ header: PacketHeader) -> [UInt8] {
    guard header.socketCookie != 0 || header.networkNamespace != 0 || header.segmentSize != 0 else {
      return []
    }
    var text: [UInt8] = []
    CommentText.append("Socket", header.socketCookie, to: &text)
    if header.networkNamespace != 0 { CommentText.append("NetNS", header.networkNamespace, to: &text) }
    if header.segmentSize != 0 { CommentText.append("SegmentSize", header.segmentSize, to: &text) }
    return text
  }
}
