import ArgumentParser

/// A duration on the command line: `250us`, `100ms`, `5s`, `1.5m`, `1h`, `30d`.
struct DurationArgument: ExpressibleByArgument, CustomStringConvertible {
  let nanoseconds: Int64

  init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  init?(argument: String) {
    let number = argument.prefix { $0.isNumber || $0 == "." }
    let scale: Double
    switch argument.dropFirst(number.count) {
    case "ns": scale = 1
    case "us": scale = 1e3
    case "ms": scale = 1e6
    case "s": scale = 1e9
    case "m": scale = 60e9
    case "h": scale = 3600e9
    case "d": scale = 86_400e9
    default: return nil
    }
    guard let value = Double(number), value * scale < 9e18 else { return nil }
    nanoseconds = Int64(value * scale)
  }

  var description: String {
    for (unit, scale) in [
      ("h", Int64(3600e9)), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000),
    ]
    where nanoseconds % scale == 0 && nanoseconds >= scale { return "\(nanoseconds / scale)\(unit)" }
    return "\(nanoseconds)ns"
  }

  var defaultValueDescription: String { description }
}

/// Port numbers on the command line, separated by commas.
struct Ports: ExpressibleByArgument {
  let numbers: Set<UInt16>

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { UInt16($0) }
    guard numbers.count == parts.count, !numbers.contains(0) else { return nil }
    self.numbers = Set(numbers)
  }
}

/// The size of the ring on the command line: a power of two from 64 KiB to 1 GiB, with K, M or G.
struct RingSize: ExpressibleByArgument {
  let octets: UInt32

  init(octets: UInt32) { self.octets = octets }

  init?(argument: String) {
    let units: [Character: UInt64] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
    let scale = argument.last.flatMap { units[$0] }
    guard let number = UInt64(scale == nil ? argument[...] : argument.dropLast()), number <= 1 << 30 else {
      return nil
    }
    let octets = number * (scale ?? 1)
    guard octets >= 1 << 16, octets <= 1 << 30, octets.nonzeroBitCount == 1 else { return nil }
    self.octets = UInt32(octets)
  }

  var defaultValueDescription: String { octets % (1 << 20) == 0 ? "\(octets >> 20)M" : "\(octets >> 10)K" }
}
