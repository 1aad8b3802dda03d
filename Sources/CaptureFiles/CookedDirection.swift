import TraceModel

extension Capture {
  /// Takes the direction from a Linux cooked header, where the file says none
  /// (LINKTYPE_LINUX_SLL and LINKTYPE_LINUX_SLL2: 0 to 2 came to this host, 3 to another, 4 was sent by it).
  mutating func readCookedDirection() {
    guard direction == .unspecified else { return }
    let type: UInt8
    switch link.rawValue {
    case 113 where bytes.count >= 16 && bytes[0] == 0: type = bytes[1]
    case 276 where bytes.count >= 20: type = bytes[10]
    default: return
    }
    switch type {
    case 0...2: direction = .ingress
    case 4: direction = .egress
    default: break
    }
  }
}
