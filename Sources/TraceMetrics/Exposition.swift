import Bytes

/// Prometheus' text format, version 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format).
extension ByteWriter {
  /// Appends the HELP and TYPE lines of a family.
  mutating func begin(_ family: MetricFamily) {
    append(fixed: "# HELP ")
    append(text: family.name)
    append(UInt8(ascii: " "))
    append(text: family.about)
    append(fixed: "\n# TYPE ")
    append(text: family.name)
    append(UInt8(ascii: " "))
    append(text: family.kind.rawValue)
    append(UInt8(ascii: "\n"))
  }

  /// Appends a sample; a label whose value is empty is absent.
  mutating func sample(_ family: MetricFamily, _ values: String..., value: UInt64) {
    beginSample(family.name, zip(family.labels, values))
    append(decimal: value)
    append(UInt8(ascii: "\n"))
  }

  /// Appends a sample in seconds.
  mutating func sample(_ family: MetricFamily, _ values: String..., nanoseconds: UInt64) {
    beginSample(family.name, zip(family.labels, values))
    append(seconds: nanoseconds)
  }

  /// Appends the buckets, the sum and the count of a histogram; nothing if it is empty.
  ///
  /// - Parameter numbers: see `DurationBuckets`.
  mutating func histogram(_ family: MetricFamily, _ value: String, _ numbers: ArraySlice<UInt64>) {
    let counts = numbers.prefix(DurationBuckets.count)
    let total = counts.reduce(0, &+)
    guard total > 0, let label = family.labels.first, let sum = numbers.last else { return }
    var sofar: UInt64 = 0
    for (bucket, count) in counts.enumerated() {
      sofar &+= count
      let bounds = DurationBuckets.bounds
      let bound = bucket < bounds.count ? bounds[bucket].seconds : "+Inf"
      beginSample(family.name + "_bucket", [(label, value), ("le", bound)])
      append(decimal: sofar)
      append(UInt8(ascii: "\n"))
    }
    beginSample(family.name + "_sum", [(label, value)])
    append(seconds: sum)
    beginSample(family.name + "_count", [(label, value)])
    append(decimal: total)
    append(UInt8(ascii: "\n"))
  }

  private mutating func beginSample(_ name: String, _ labels: some Sequence<(String, String)>) {
    append(text: name)
    var separator = UInt8(ascii: "{")
    for (label, value) in labels where !value.isEmpty {
      append(separator)
      separator = UInt8(ascii: ",")
      append(text: label)
      append(fixed: "=\"")
      append(labelValue: value)
      append(UInt8(ascii: "\""))
    }
    if separator == UInt8(ascii: ",") { append(UInt8(ascii: "}")) }
    append(UInt8(ascii: " "))
  }

  /// Appends the value of a label. A backslash, a quotation mark and a line feed are escaped, as the format asks; any other
  /// control or format character becomes U+FFFD, so that the file can be looked at in a terminal.
  private mutating func append(labelValue text: String) {
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": append(fixed: "\\\\")
      case "\"": append(fixed: "\\\"")
      case "\n": append(fixed: "\\n")
      default:
        if scalar.isASCII, scalar.value >= 0x20, scalar.value < 0x7f {
          append(UInt8(scalar.value))
        } else {
          let isShown =
            scalar.properties.generalCategory != .control && scalar.properties.generalCategory != .format
          append(text: String(isShown ? scalar : "\u{fffd}"))
        }
      }
    }
  }

  private mutating func append(seconds nanoseconds: UInt64) {
    append(decimal: nanoseconds / 1_000_000_000)
    append(UInt8(ascii: "."))
    append(nineDigits: UInt32(nanoseconds % 1_000_000_000))
    append(UInt8(ascii: "\n"))
  }
}
