import ArgumentParser
import HostSystem
import ProcFS
import TracePipeline

extension SeriesName {
  var directory: String { FileSystem.directory(of: path) }

  /// The highest number of a file of this series, including incomplete files; 0 if there are none.
  func lastNumber() -> Int {
    ProcFS.names(in: directory).compactMap { name in
      number(name.hasSuffix(FileSeries.suffix) ? String(name.dropLast(FileSeries.suffix.count)) : name)
    }.max() ?? 0
  }
}

/// `100MB`, `512KiB`, `30s`, `1h`.
extension Rotation.Limit: ExpressibleByArgument {
  init?(argument: String) {
    let number = argument.prefix { $0.isNumber || $0 == "." }
    let units: [String: Double] = [
      "B": 1, "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9, "KiB": 1024, "MiB": 1_048_576, "GiB": 1_073_741_824,
    ]
    if let unit = units[String(argument.dropFirst(number.count))] {
      guard let value = Double(number), value * unit >= 1, value * unit < 9e18 else { return nil }
      self = .octets(Int(value * unit))
    } else {
      guard let span = DurationArgument(argument: argument), span.nanoseconds >= 1_000_000_000 else {
        return nil
      }
      self = .period(span.nanoseconds)
    }
  }
}
