import DNSWire
import JSONDecoding
import TraceModel

/// The calls and replies of io.systemd.Resolve, as nss-resolve makes them (https://varlink.org, systemd's
/// varlink-io.systemd.Resolve.c): JSON, each with a zero octet at its end.
enum Varlink {
  private static let mostDepth = 16

  /// The first call in the octets.
  static func call(_ octets: ArraySlice<UInt8>) -> Framed<LookupCall> {
    framed(octets) { message in
      guard let method = message["method"]?.text else { return nil }
      if message["oneway"] == .flag(true) { return .unanswered }
      return question(method, message["parameters"]).map(LookupCall.question) ?? .other
    }
  }

  /// The first reply in the octets, to `question`; nil is a call that is not a lookup.
  static func reply(_ octets: ArraySlice<UInt8>, to question: LookupQuestion?) -> Framed<LookupReply> {
    framed(octets) { message in
      guard case .object = message else { return nil }
      if message["continues"] == .flag(true) { return .partial }
      guard let question else { return .other }
      return .answer(answer(message, to: question))
    }
  }

  private static func framed<Message>(
    _ octets: ArraySlice<UInt8>, _ read: (JSONValue) -> Message?
  ) -> Framed<Message> {
    guard let end = octets.firstIndex(of: 0) else { return .incomplete }
    guard let value = try? JSONValue(Array(octets[..<end]), mostDepth: mostDepth), let message = read(value)
    else { return .malformed }
    return .message(message, length: end + 1 - octets.startIndex)
  }
}

extension JSONValue {
  fileprivate var number: Int64? { integer.map(Int64.init) }

  /// The octets in an array of numbers; nil for anything else.
  fileprivate var octets: [UInt8]? {
    guard case .array(let elements) = self else { return nil }
    var octets: [UInt8] = []
    for element in elements {
      guard let octet = element.integer.flatMap(UInt8.init(exactly:)) else { return nil }
      octets.append(octet)
    }
    return octets
  }
}

// MARK: Questions

extension Varlink {
  private static func question(_ method: String, _ parameters: JSONValue?) -> LookupQuestion? {
    switch method {
    case "io.systemd.Resolve.ResolveHostname":
      guard let text = parameters?["name"]?.text, let name = OwnedName(text) else { return nil }
      // Without a family both kinds of addresses are requested.
      return LookupQuestion(name, parameters?["family"]?.number == AddressFamily.inet6 ? .aaaa : .a)
    case "io.systemd.Resolve.ResolveAddress":
      guard let family = parameters?["family"]?.number, let octets = parameters?["address"]?.octets,
        let address = IPAddress(family: family, octets)
      else { return nil }
      return LookupQuestion(namesOf: address)
    default: return nil
    }
  }
}

// MARK: Answers

extension Varlink {
  private static func answer(_ message: JSONValue, to question: LookupQuestion) -> LookupAnswer {
    let parameters = message["parameters"]
    if let error = message["error"]?.text { return LookupAnswer(code: code(of: error, parameters)) }
    var answer = LookupAnswer()
    for element in parameters?["addresses"]?.elements ?? [] {
      guard let family = element["family"]?.number, let octets = element["address"]?.octets,
        let address = IPAddress(family: family, octets)
      else { continue }
      answer.addresses.append(address)
    }
    for element in parameters?["names"]?.elements ?? [] {
      guard let text = element["name"]?.text, let name = OwnedName(text) else { continue }
      answer.names.append(name)
    }
    if question.type != .ptr { answer.canonicalName = parameters?["name"]?.text.flatMap { OwnedName($0) } }
    let flags = parameters?["flags"]?.number ?? 0
    answer.isLocal = flags & (Flag.synthetic | Flag.fromZone | Flag.fromTrustAnchor) != 0
    answer.isAuthentic = flags & Flag.authenticated != 0
    return answer
  }

  /// systemd's resolved-def.h.
  private enum Flag {
    static let authenticated: Int64 = 1 << 9
    static let synthetic: Int64 = 1 << 19
    static let fromZone: Int64 = 1 << 21
    static let fromTrustAnchor: Int64 = 1 << 22
  }

  private static func code(of error: String, _ parameters: JSONValue?) -> ResponseCode {
    switch error {
    case "io.systemd.Resolve.DNSError":
      guard let code = parameters?["rcode"]?.number, 1...15 ~= code else { return .serverFailure }
      return ResponseCode(rawValue: UInt16(code))
    case "io.systemd.Resolve.NoSuchResourceRecord": return .noError
    // A timeout, no servers, no network, a failed validation, …
    case _ where error.hasPrefix("io.systemd.Resolve."): return .serverFailure
    // The call was not accepted.
    default: return .refused
    }
  }
}
