/// Metrics in Prometheus' text format, read strictly: what one reader of the format would refuse is an error.
public struct Exposition: Sendable {
  public struct Sample: Sendable {
    public let name: String
    public let labels: [String: String]
    public let value: Double
  }

  public private(set) var samples: [Sample] = []
  /// The type of each family, by name, in the order of the text.
  public private(set) var families: [(name: String, type: String)] = []

  public init(_ text: String) throws {
    guard text.hasSuffix("\n") else { throw LabError("the last line does not end") }
    var series: Set<[String]> = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      let words = line.split(separator: " ", maxSplits: 3)
      if line.hasPrefix("# HELP "), words.count == 4 { continue }
      if line.hasPrefix("# TYPE "), words.count == 4 {
        guard !families.contains(where: { $0.name == words[2] }) else { throw LabError("twice: \(line)") }
        families.append((String(words[2]), String(words[3])))
        continue
      }
      let sample = try Self.sample(line)
      // Of a family that was announced, directly behind it.
      guard let family = families.last, sample.name.hasPrefix(family.name) else { throw LabError("\(line)") }
      let key = [sample.name] + sample.labels.map { "\($0)=\($1)" }.sorted()
      guard series.insert(key).inserted else { throw LabError("twice: \(line)") }
      samples.append(sample)
    }
  }

  /// The sum of all samples of a name that have these labels.
  public func sum(_ name: String, _ labels: [String: String] = [:]) -> Double {
    samples.filter { sample in
      sample.name == name && labels.allSatisfy { sample.labels[$0] == $1 }
    }.reduce(0) { $0 + $1.value }
  }

  /// The samples of a name by the value of a label, without zeros.
  public func counts(_ name: String, by label: String) -> [String: Double] {
    samples.filter { $0.name == name && $0.value != 0 }.reduce(into: [:]) {
      $0[$1.labels[label] ?? "", default: 0] += $1.value
    }
  }

  private static func sample(_ line: Substring) throws -> Sample {
    let name = line.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    var rest = line.dropFirst(name.count)
    var labels: [String: String] = [:]
    if rest.first == "{" {
      while rest.first == "{" || rest.first == "," {
        rest = rest.dropFirst()
        let label = rest.prefix { $0 != "=" }
        rest = rest.dropFirst(label.count)
        guard rest.hasPrefix("=\"") else { throw LabError("\(line)") }
        rest = rest.dropFirst(2)
        labels[String(label)] = try value(&rest)
      }
      guard rest.first == "}" else { throw LabError("\(line)") }
      rest = rest.dropFirst()
    }
    guard !name.isEmpty, rest.first == " ", let number = Double(rest.dropFirst()) else {
      throw LabError("\(line)")
    }
    return Sample(name: String(name), labels: labels, value: number)
  }

  /// The text up to the closing quotation mark, which is taken too.
  private static func value(_ rest: inout Substring) throws -> String {
    var value = String.UnicodeScalarView()
    var scalars = rest.unicodeScalars
    while let scalar = scalars.popFirst(), scalar != "\"" {
      guard scalar == "\\" else {
        value.append(scalar)
        continue
      }
      switch scalars.popFirst() {
      case "\\": value.append("\\")
      case "\"": value.append("\"")
      case "n": value.append("\n")
      default: throw LabError("an escape that is none: \(rest)")
      }
    }
    rest = Substring(scalars)
    return String(value)
  }
}
