import Foundation

/// What Elastic's bulk API answers, for each record.
enum ElasticReply {
  /// What the query `filter` leaves of it.
  private struct Body: Decodable {
    var errors: Bool
    var items: [[String: Item]]?

    struct Item: Decodable {
      var status: Int
      var error: Reason?
    }

    struct Reason: Decodable { var type: String? }
  }

  /// Only what is read here; the answer has a line for each record otherwise.
  static let filter = "filter_path=errors,items.*.status,items.*.error.type"

  static func verdict(_ status: Int, _ body: [UInt8], retryAfter: String?) -> Verdict {
    let general = Verdict.of(status, Verdict.excerpt(body), retryAfter: retryAfter)
    guard case .stored = general else { return general }
    guard let reply = try? JSONDecoder().decode(Body.self, from: Data(body)) else {
      return .refused("the answer is not that of a bulk API: \(Verdict.excerpt(body))")
    }
    guard reply.errors else { return .stored(rejected: 0) }
    var rejected = 0
    for item in (reply.items ?? []).flatMap(\.values) {
      switch item.status {
      // Of an earlier attempt.
      case 200...299, 409: continue
      case 429, 500...599: return .again("\(item.error?.type ?? "status \(item.status)")", after: nil)
      default: rejected += 1
      }
    }
    return .stored(rejected: rejected)
  }
}
