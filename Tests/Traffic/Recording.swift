/// Frames in the order of their capture, and their encoding in a file.
struct Recording: Sendable {
  /// The LINKTYPE number of the frames.
  var link = 1
  var frames: [Frame] = []

  struct Frame: Sendable {
    var octets: [UInt8]
    /// Milliseconds since the start.
    var time: Int
    var originalLength: Int
  }

  enum Order: Sendable { case little, big }
  enum Resolution: Sendable { case microseconds, nanoseconds }

  /// Milliseconds since the epoch.
  private let beginning: Int

  /// - Parameter beginning: milliseconds since the epoch; by default 2023-03-04 10:33:09 UTC.
  init(link: Int = 1, beginning: Int = 1_677_925_989_000) {
    self.link = link
    self.beginning = beginning
  }

  /// Ethernet frames, 10 ms apart.
  init(packets: [[UInt8]]) {
    self.init()
    for packet in packets { add(Octets.ethernet(packet)) }
  }

  mutating func add(_ octets: [UInt8], after milliseconds: Int = 10, originalLength: Int? = nil) {
    frames.append(
      Frame(
        octets: octets, time: (frames.last?.time ?? 0) + milliseconds,
        originalLength: originalLength ?? octets.count))
  }

  /// A file in libpcap's format.
  func pcap(_ order: Order = .little, _ resolution: Resolution = .microseconds) -> [UInt8] {
    let magic = resolution == .nanoseconds ? 0xa1b2_3c4d : 0xa1b2_c3d4
    var file = order.long(magic) + order.short(2) + order.short(4) + order.long(0) + order.long(0)
    file += order.long(65535) + order.long(link)
    for frame in frames {
      let time = beginning + frame.time
      file += order.long(time / 1000)
      file += order.long(time % 1000 * (resolution == .nanoseconds ? 1_000_000 : 1000))
      file += order.long(frame.octets.count) + order.long(frame.originalLength) + frame.octets
    }
    return file
  }

  /// A section with an interface for each recording (draft-ietf-opsawg-pcapng §4), and the frames of one recording after the other.
  static func pcapng(_ recordings: [Recording], _ order: Order = .little) -> [UInt8] {
    func block(_ type: Int, _ body: [UInt8]) -> [UInt8] {
      let padded = body + Array(repeating: 0, count: -body.count & 3)
      let length = order.long(padded.count + 12)
      return order.long(type) + length + padded + length
    }
    var file = block(
      0x0a0d_0d0a,
      order.long(0x1a2b_3c4d) + order.short(1) + order.short(0) + Array(repeating: 0xff, count: 8))
    for recording in recordings {
      file += block(1, order.short(recording.link) + order.short(0) + order.long(0))
    }
    for (index, recording) in recordings.enumerated() {
      for frame in recording.frames {
        let time = (recording.beginning + frame.time) * 1000
        file += block(
          6,
          order.long(index) + order.long(time >> 32) + order.long(time & 0xffff_ffff)
            + order.long(frame.octets.count) + order.long(frame.originalLength) + frame.octets)
      }
    }
    return file
  }
}

extension Recording.Order {
  fileprivate func short(_ value: Int) -> [UInt8] {
    self == .big ? Octets.short(value) : Octets.short(value).reversed()
  }
  fileprivate func long(_ value: Int) -> [UInt8] {
    self == .big ? Octets.long(value) : Octets.long(value).reversed()
  }
}
