import Correlation
import History
import HostSystem
import TraceModel

/// The parameters of a request, decoded: those of a filter, and those that the route has besides.
struct APIQuery {
  private(set) var history = HistoryQuery()
  private let values: [String: [String]]

  static let filters: Set<String> = [
    "process", "pid", "user", "container", "pod", "namespace", "name", "type", "rcode", "server", "told",
    "slow",
    "unanswered", "failed", "since", "until", "last",
  ]
  private static let mostValues = 64
  private static let mostOfOne = 8
  /// A name in presentation form may have four characters for each octet.
  private static let longestName = 1024
  private static let longestValue = 255

  /// - Parameters:
  ///   - text: what follows the question mark.
  ///   - names: the parameters that the route has.
  ///   - now: nanoseconds since the epoch.
  ///   - uid: the number of a user, by the name that the history has: a server in its sandbox cannot ask this host.
  init(
    _ text: String, names: Set<String>, now: Int64, uid: (String) -> UInt32?
  ) throws(APIProblem) {
    values = try Self.values(text, names)
    var terms = FilterTerms()
    terms.processes = all("process")
    terms.users = all("user")
    terms.containers = all("container")
    terms.pods = all("pod")
    terms.namespaces = all("namespace")
    terms.names = all("name")
    terms.types = all("type")
    terms.codes = all("rcode")
    terms.servers = all("server")
    terms.unanswered = try flag("unanswered")
    terms.failed = try flag("failed")
    for text in all("pid") {
      guard let pid = Int32(text) else { throw .parameter("pid", "A pid is a number from 1 on") }
      terms.pids.append(pid)
    }
    if let text = try one("slow") { terms.slow = try Self.duration("slow", text) }
    do throws(FilterTerms.Problem) {
      history.filter = try terms.filter(showing: .exchanges, uid: uid)
    } catch {
      let isUser = error.option == "user"
      throw .parameter(
        error.option ?? "combination",
        isUser ? "No process of that user is in the history; a number is taken in any case" : error.advice)
    }
    history.names = terms.names
    for text in all("told") {
      guard let address = IPAddress(text) else {
        throw .parameter("told", "Give an IPv4 or IPv6 address, for example 203.0.113.7")
      }
      history.told.insert(address)
    }
    try readTimes(now)
  }

  private mutating func readTimes(_ now: Int64) throws(APIProblem) {
    history.since = try time("since")
    history.until = try time("until")
    if let text = try one("last") {
      guard history.since == nil else { throw .parameter("last", "Give since or last, not both") }
      let length = try Self.duration("last", text)
      history.since = Timestamp(nanoseconds: now).advanced(byNanoseconds: -length)
    }
    if let since = history.since, let until = history.until, until < since {
      throw .parameter("until", "It must not be before since")
    }
  }
}

// MARK: Values

extension APIQuery {
  func all(_ name: String) -> [String] { values[name] ?? [] }

  func one(_ name: String) throws(APIProblem) -> String? {
    let all = all(name)
    guard all.count <= 1 else { throw .parameter(name, "Give it once") }
    return all.first
  }

  /// A number in a range.
  func number(_ name: String, _ range: ClosedRange<Int>, otherwise: Int) throws(APIProblem) -> Int {
    guard let text = try one(name) else { return otherwise }
    guard text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let number = Int(text), range.contains(number) else {
      throw .parameter(name, "Give a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  private func flag(_ name: String) throws(APIProblem) -> Bool {
    switch try one(name) {
    case nil, "false": false
    case "true": true
    default: throw .parameter(name, "Give true or false")
    }
  }

  private func time(_ name: String) throws(APIProblem) -> Timestamp? {
    guard let text = try one(name) else { return nil }
    guard let time = Moment.time(text) else {
      throw .parameter(name, "Give a moment as RFC 3339 has it, in UTC: 2026-11-29T08:30:00Z")
    }
    return time
  }

  private static func duration(_ name: String, _ text: String) throws(APIProblem) -> Int64 {
    guard let length = Moment.duration(text) else {
      throw .parameter(name, "Give a number with ms, s, m, h or d: 30m, 2h, 7d")
    }
    return length
  }

  /// Decodes `a=1&b=%20` (application/x-www-form-urlencoded).
  private static func values(_ text: String, _ names: Set<String>) throws(APIProblem) -> [String: [String]] {
    var values: [String: [String]] = [:]
    var count = 0
    for pair in text.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = PercentText.decode(parts[0]),
        let value = PercentText.decode(parts.count > 1 ? parts[1] : "")
      else { throw .parameter("encoding", "Percent-encode the parameters as UTF-8") }
      guard names.contains(name) else {
        let shown = String(name.prefix(40))
        throw APIProblem(
          400, "There is no parameter of that name: \(shown)", "The parameters are in openapi.json")
      }
      count += 1
      let longest = name == "name" ? longestName : longestValue
      guard count <= mostValues, value.unicodeScalars.count <= longest else {
        throw .parameter(name, "At most \(mostValues) parameters are taken, and \(longest) characters")
      }
      guard !value.isEmpty, !value.utf8.contains(0) else { throw .parameter(name, "It has no value") }
      values[name, default: []].append(value)
      guard values[name, default: []].count <= mostOfOne else {
        throw .parameter(name, "Give it \(mostOfOne) times at most")
      }
    }
    return values
  }
}

/// Percent-encoded text.
package enum PercentText {
  /// Nil unless it is UTF-8, percent-encoded.
  package static func decode(_ text: some StringProtocol) -> String? {
    var octets: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let octet = rest.popFirst() {
      switch octet {
      case UInt8(ascii: "+"): octets.append(UInt8(ascii: " "))
      case UInt8(ascii: "%"):
        guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
          return nil
        }
        octets.append(high << 4 | low)
      default: octets.append(octet)
      }
    }
    return String(validating: octets, as: UTF8.self)
  }

  private static func digit(_ octet: UInt8) -> UInt8? {
    switch octet {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): octet - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): octet - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): octet - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
