/// What an answer means for the batch that was sent.
package enum Verdict: Equatable, Sendable {
  /// It is stored; so many of its records were refused for good.
  case stored(rejected: Int)
  /// The same batch may be accepted later.
  case again(String, after: Duration?)
  /// It will never be accepted as things are: somebody has to change something.
  case refused(String)
}

extension Verdict {
  /// What the status of HTTP says alone.
  static func of(_ status: Int, _ reason: String, retryAfter: String?) -> Verdict {
    let text = "HTTP \(status)" + (reason.isEmpty ? "" : ": \(reason)")
    switch status {
    case 200...299: return .stored(rejected: 0)
    case 408, 425, 429, 500...599:
      return .again(text, after: retryAfter.flatMap(Int64.init).map { .seconds(max(0, $0)) })
    default: return .refused(text)
    }
  }

  /// The start of a text from elsewhere, on one line and without control characters.
  static func excerpt(_ octets: some Collection<UInt8>, most: Int = 300) -> String {
    var text = ""
    for scalar in String(decoding: octets.prefix(most * 4), as: UTF8.self).unicodeScalars.prefix(most) {
      text.unicodeScalars.append(scalar.value < 0x20 || 0x7f...0x9f ~= scalar.value ? " " : scalar)
    }
    return text.split(separator: " ").joined(separator: " ")
  }
}
