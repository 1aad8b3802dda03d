import ArgumentParser
import Correlation
import Formats
import History
import HostSystem
import TracePipeline

/// One output as described by the command line, checked, before anything is created.
struct OutputPlan {
  let format: Format
  let target: OutputTarget
  let name: String
  let selection: Selection
  /// Whether `selection` has a filter of its own, in place of that of the main output.
  var hasOwnFilter = false
  let rotation: Rotation?

  /// Creates the output for a known host, or one for exchanges of several.
  func output(host: Host, changing: CurrentHost? = nil, show: ShowOptions) -> any TraceOutput {
    RecordsOutput(
      name, format, to: target, host: host, show: show, selection: selection, hasOwnFilter: hasOwnFilter,
      rotation: rotation,
      changing: changing)
  }
}

extension ShowOptions {
  /// The main output, then those of --also.
  ///
  /// - Parameters:
  ///   - standard: the descriptor that the main output is written to without --output.
  ///   - filter: the filter of the main output, and of outputs of --also without a filter.
  func outputs(otherwise standard: Int32, _ filter: Filter) throws(Failure) -> [OutputPlan] {
    let (target, format) = try destination(otherwise: standard)
    var plans = [
      OutputPlan(
        format: format, target: target, name: Self.name(format, output),
        selection: Selection(filter, count: count), rotation: rotation())
    ]
    for text in also {
      let also = try AlsoArgument(text)
      var show = self
      show.format = also.format
      show.output = also.target
      show.rotate = []
      show.keep = nil
      show.processBlocks = processBlocks && also.format == .pcapng
      let (target, format) = try show.destination(otherwise: standard)
      var own = try also.filter?.filter(showing: unit)
      own?.isTargetOnly = filter.isTargetOnly
      plans.append(
        OutputPlan(
          format: format, target: target, name: Self.name(format, also.target),
          selection: Selection(own ?? filter, count: count), hasOwnFilter: own != nil, rotation: nil))
    }
    return plans
  }

  private static func name(_ format: Format, _ output: String?) -> String {
    output.map { "\(format.rawValue):\($0)" } ?? format.rawValue
  }
}

/// `FORMAT:TARGET` or `FORMAT[FILTER,…]:TARGET`, as in `json[failed,name=*.example.com]:failed.json`.
struct AlsoArgument {
  let format: Format
  let target: String
  /// Nil: the filter of the main output.
  let filter: FilterOptions?

  init(_ text: String) throws(Failure) {
    let name = text.prefix { $0 != "[" && $0 != ":" }
    guard let format = Format(rawValue: String(name)) else {
      throw Self.refused(
        text, "it must begin with a format: \(Format.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    self.format = format
    var rest = text.dropFirst(name.count)
    if rest.first == "[" {
      guard let end = rest.firstIndex(of: "]") else { throw Self.refused(text, "a filter must end with ]") }
      let conditions = rest[rest.index(after: rest.startIndex)..<end].split(separator: ",")
      do {
        filter = try FilterOptions.parse(conditions.map { "--\($0)" })
      } catch {
        throw Self.refused(
          text, "a filter must be a filter option without dashes: failed, name=*.example.com")
      }
      rest = rest[rest.index(after: end)...]
    } else {
      filter = nil
    }
    guard rest.first == ":", rest.count > 1 else {
      throw Self.refused(text, "give FORMAT:FILE, or dnstap:unix:PATH")
    }
    target = String(rest.dropFirst())
  }

  private static func refused(_ text: String, _ why: String) -> Failure {
    Failure("--also \(text) is invalid", advice: why, code: .usage)
  }
}
