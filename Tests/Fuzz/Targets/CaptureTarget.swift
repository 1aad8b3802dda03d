import CaptureFiles
import TraceModel

/// The first octet is the size of the chunks in which the rest is read; it must not change the result.
func fuzzCapture(_ octets: [UInt8]) {
  let file = octets.dropFirst()
  let whole = Reading(file, pieces: file.count)
  let pieces = Reading(file, pieces: Int(octets.first ?? 0) + 1)
  precondition(whole.packets == pieces.packets && whole.error == pieces.error, "pieces matter")
  precondition(whole.octetCount <= file.count, "packets hold more than the file")
  var watch = Watch()
  for packet in whole.captures { watch.push(packet) }
  watch.finish()
}

private struct Reading {
  var captures: [Capture] = []
  var error: String?

  init(_ file: ArraySlice<UInt8>, pieces size: Int) {
    var reader = CaptureFileReader()
    var rest = file
    do {
      while !rest.isEmpty {
        try reader.push(rest.prefix(size)) { captures.append($0.copy) }
        rest = rest.dropFirst(size)
      }
      try reader.finish()
    } catch {
      self.error = "\(error)"
    }
  }

  var octetCount: Int { captures.reduce(0) { $0 + $1.bytes.count } }

  /// The result of a reading, for comparison.
  var packets: [Seen] { captures.map(Seen.init) }
}

private struct Seen: Equatable {
  var bytes: [UInt8]
  var numbers: [Int64]

  init(_ capture: Capture) {
    bytes = capture.bytes
    numbers = [
      Int64(capture.header.link.rawValue), Int64(capture.header.originalLength),
      capture.header.time.nanoseconds,
      Int64(capture.attribution.owner?.identity.pid ?? 0), Int64(capture.header.interfaceIndex),
    ]
  }
}
