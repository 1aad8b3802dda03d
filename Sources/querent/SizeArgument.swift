import ArgumentParser
import TracePipeline

/// A size on the command line: `500MB`, `1GiB`.
struct SizeArgument: ExpressibleByArgument {
  let octets: Int64

  init(octets: Int64) { self.octets = octets }

  init?(argument: String) {
    guard case .octets(let octets) = Rotation.Limit(argument: argument) else { return nil }
    self.octets = Int64(octets)
  }

  var defaultValueDescription: String {
    octets % 1_000_000_000 == 0 ? "\(octets / 1_000_000_000)GB" : "\(octets)B"
  }
}
