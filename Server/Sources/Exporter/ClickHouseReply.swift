import Foundation

/// What ClickHouse answers. Old versions say 500 for almost everything, so the number of the exception decides.
enum ClickHouseReply {
  /// Somebody has to change something: the table, the rights, or a newer querent writes other columns.
  private static let lasting: Set<Int> = [
    6, 16, 26, 27, 36, 38, 41, 47, 53, 60, 62, 72, 73, 81, 115, 117, 130, 164, 192, 193, 194, 195, 291, 344,
    381, 497, 516, 711,
  ]

  static func verdict(_ status: Int, _ body: [UInt8], retryAfter: String?) -> Verdict {
    let reason = Verdict.excerpt(body)
    let general = Verdict.of(status, reason, retryAfter: retryAfter)
    // A statement that fails late may have said 200 already.
    guard let code = code(body) else { return general }
    return lasting.contains(code) ? .refused(reason) : .again(reason, after: nil)
  }

  /// `Code: 60, e.displayText() = DB::Exception: …`, and since 21 `Code: 60. DB::Exception: …`
  static func code(_ body: [UInt8]) -> Int? {
    let text = String(decoding: body.prefix(4096), as: UTF8.self)
    guard let start = text.range(of: "Code: ") else { return nil }
    return Int(text[start.upperBound...].prefix { $0.isASCII && $0.isNumber })
  }
}
