import Correlation
import DNSWire
import Formats
import Statistics
import TraceModel

/// What is counted of a set of exchanges.
package struct Counts: Hashable, Sendable {
  /// Queries whose exchange has ended: answered in time, or not.
  package var queries: UInt64 = 0
  /// Without an answer in time.
  package var unanswered: UInt64 = 0
  /// Answered with a response code other than NOERROR and NXDOMAIN.
  package var errors: UInt64 = 0
  /// Answered with NXDOMAIN.
  package var nonexistent: UInt64 = 0

  package init(queries: UInt64 = 0, unanswered: UInt64 = 0, errors: UInt64 = 0, nonexistent: UInt64 = 0) {
    self.queries = queries
    self.unanswered = unanswered
    self.errors = errors
    self.nonexistent = nonexistent
  }

  package var answered: UInt64 { queries - unanswered }

  mutating func add(_ ending: Ending) {
    queries += 1
    switch ending {
    case .unanswered: unanswered += 1
    case .error: errors += 1
    case .nonexistent: nonexistent += 1
    case .succeeded: break
    }
  }
}

/// How a query ended.
enum Ending: Sendable {
  case succeeded, nonexistent, error, unanswered

  /// Nil for what is no query: a late or second answer to one that was counted, or an answer to none.
  init?(_ exchange: borrowing Exchange) {
    switch exchange.outcome {
    case .late, .repeated, .unsolicited: return nil
    case .unanswered, .pending: self = .unanswered
    case .answered:
      switch exchange.answer?.responseCode {
      case .noError?, nil: self = .succeeded
      case .nameError?: self = .nonexistent
      default: self = .error
      }
    }
  }
}

/// What is counted of the exchanges of one group; some 700 octets, 4 KiB at most.
struct Group: Sendable {
  let label: String
  var counts = Counts()
  var latency = LatencyHistogram()
  var window = RateWindow(seconds: Group.seconds)
  /// The name that was asked last.
  var lastName = ""

  /// The seconds that rates are of.
  static let seconds = 60

  init(_ label: String) { self.label = label }

  mutating func add(_ fact: Fact) {
    counts.add(fact.ending)
    if let latency = fact.latency { self.latency.add(latency) }
    window.add(at: fact.second)
    lastName = fact.name
  }
}

/// What every group of an exchange counts of it.
struct Fact: Sendable {
  let ending: Ending
  let second: Int64
  /// Nanoseconds.
  let latency: Int64?
  let name: String

  /// Nil for what is no query; see `Ending`.
  init?(_ exchange: borrowing Exchange, second: Int64, _ names: TableFormat.Names) {
    guard let ending = Ending(exchange) else { return nil }
    self.ending = ending
    self.second = second
    latency = exchange.latency
    name = exchange.question?.qname.text(names) ?? ""
  }
}
