import TraceModel
import Bytes

/// The processes that a section and its packets describe.
struct ProcessTable: Sendable {
  private var blocks: [ProcessBlock] = []
  /// The indexes in `blocks`, by process id.
  private var places: [Int32: [Int]] = [:]
  /// A cache of parsed comments, by their hash, because the same comments are repeated.
  private var comments: [UInt64: ParsedComment] = [:]
  /// The octets of the comments in the cache.
  private var commentOctets = 0

  private struct ParsedComment: Sendable {
    /// Compared, because two comments may have the same hash.
    let text: [UInt8]
    let process: RecordedProcess
    /// The attribution of the last comment, for packets of the same socket.
    var last: (socket: Socket, attribution: Attribution)?
  }

  /// The process fields in the other options of a packet.
  private struct Socket: Equatable, Sendable {
    var pid: Int32?
    var tid: Int32?
    var networkNamespace: UInt32
  }

  static let mostBlocks = 65_536
  /// Bounds of the cache; when it is full, it is cleared.
  private static let mostComments = 16_384
  private static let mostCommentOctets = 16 << 20

  mutating func startSection() {
    blocks = []
    places = [:]
  }

  mutating func add(_ block: ProcessBlock) {
    guard blocks.count < Self.mostBlocks else { return }
    if let pid = block.process.pid { places[pid, default: []].append(blocks.count) }
    blocks.append(block)
  }

  /// Adds the options of a packet: its direction, its process, its socket.
  mutating func complete(_ packet: inout PacketPlace, _ options: Options) {
    let fields = options.fields
    var (pid, tid): (Int32?, Int32?)
    var darwin: Int?
    var text: ArraySlice<UInt8> = []
    for option in options {
      let at = option.range.lowerBound
      switch (option.code, option.range.count) {
      case (PacketOption.comment, _):
        let comment = fields.slice(option.range)
        // A packet comment is not cached, because it is different for each packet.
        if PacketComment.matches(comment) {
          PacketComment(comment).complete(&packet.header)
        } else if text.isEmpty {
          text = comment
        } else {
          text += [UInt8(ascii: "\n")] + comment
        }
      case (PacketOption.flags, 4):
        switch fields.word(at) & 3 {
        case 1: packet.header.direction = .ingress
        case 2: packet.header.direction = .egress
        default: break
        }
      case (PacketOption.process, 8):
        pid = Self.number(fields.word(at))
        tid = Self.number(fields.word(at + 4))
      case (PacketOption.darwinProcess, 4): darwin = Int(fields.word(at))
      default: break
      }
    }
    let socket = Socket(pid: pid, tid: tid, networkNamespace: packet.header.networkNamespace)
    let hash = text.isEmpty ? nil : Self.hash(text)
    let known = hash.flatMap { cached(text, $0) }
    if darwin == nil, let last = known?.last, last.socket == socket {
      packet.attribution = last.attribution
      return
    }
    let commented = known?.process ?? hash.flatMap { parse(text, $0) }
    let process: RecordedProcess? =
      if let commented, pid == nil || commented.pid == nil || commented.pid == pid {
        commented
      } else {
        pid.flatMap { block($0, at: packet.header.time) }
      }
    let fallback = darwin.flatMap { blocks.indices.contains($0) ? blocks[$0].process : nil }
    let chosen = process?.pid == nil && pid == nil ? fallback ?? process : process
    packet.attribution = (chosen ?? RecordedProcess())
      .attribution(pid: pid, tid: tid, networkNamespace: packet.header.networkNamespace)
    // The result of a block depends on the time; that of a comment only on its text.
    if darwin == nil, let hash, commented != nil, process != nil, commented?.pid == process?.pid {
      comments[hash]?.last = (socket, packet.attribution)
    }
  }

  /// 0 means unknown.
  private static func number(_ field: UInt32) -> Int32? { field == 0 ? nil : Int32(exactly: field) }

  /// The process with this id at that time: the last one that had started by then, else the first one.
  private func block(_ pid: Int32, at time: Timestamp) -> RecordedProcess? {
    let candidates = (places[pid] ?? []).lazy.map { blocks[$0].process }
    let moment = UInt64(clamping: time.nanoseconds)
    return candidates.reversed().filter { $0.started <= moment }.max { $0.started < $1.started }
      ?? candidates.min { $0.started < $1.started }
  }

  private static func hash(_ text: ArraySlice<UInt8>) -> UInt64 {
    var hash = KeyedHash.empty
    hash.combine(text.span)
    return hash.finish()
  }

  /// The cached result for this comment; nil if it is not in the cache.
  private func cached(_ text: ArraySlice<UInt8>, _ hash: UInt64) -> ParsedComment? {
    guard let known = comments[hash], known.text.count == text.count, known.text.elementsEqual(text) else {
      return nil
    }
    return known
  }

  /// Parses a comment and caches the result; it replaces another comment with the same hash.
  private mutating func parse(_ text: ArraySlice<UInt8>, _ hash: UInt64) -> RecordedProcess? {
    guard let process = ProcessComment(text)?.process else { return nil }
    if comments.count >= Self.mostComments || commentOctets + text.count > Self.mostCommentOctets {
      (comments, commentOctets) = ([:], 0)
    }
    let replaced = comments.updateValue(ParsedComment(text: Array(text), process: process), forKey: hash)
    commentOctets += text.count - (replaced?.text.count ?? 0)
    return process
  }
}

/// Option codes of packets.
enum PacketOption {
  static let comment: UInt16 = 1
  static let flags: UInt16 = 2
  static let process: UInt16 = 8
  static let darwinProcess: UInt16 = 0x8001
}
