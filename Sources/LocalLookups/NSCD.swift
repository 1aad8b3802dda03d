import DNSWire
import TraceModel

/// The requests and responses of nscd (glibc's nscd/nscd-client.h, version 2): structures of `int32_t` in the
/// byte order of this host, which is little-endian, followed by texts and addresses.
enum NSCD {
  /// The first request in the octets.
  static func call(_ octets: ArraySlice<UInt8>) -> Framed<LookupCall> {
    guard octets.count >= requestSize else { return .incomplete }
    let (version, type, keyLength) = (octets.word(0), octets.word(1), octets.word(2))
    guard version == protocolVersion, 0...mostKey ~= keyLength else { return .malformed }
    let length = requestSize + Int(keyLength)
    guard octets.count >= length else { return .incomplete }
    let key = octets.dropFirst(requestSize).prefix(Int(keyLength))
    return .message(question(type, key).map(LookupCall.question) ?? .other, length: length)
  }

  /// The first response in the octets, to `question`; nil is a request for something else, whose response has another
  /// length.
  static func reply(_ octets: ArraySlice<UInt8>, to question: LookupQuestion?) -> Framed<LookupReply> {
    guard let question else { return .message(.other, length: octets.count) }
    return question.wantsAddressList ? addresses(octets) : host(octets, to: question)
  }

  private static let requestSize = 12
  private static let protocolVersion: Int32 = 2
  /// MAXKEYLEN.
  private static let mostKey: Int32 = 1024

  private enum RequestType {
    static let getHostByName: Int32 = 4
    static let getHostByNameV6: Int32 = 5
    static let getHostByAddress: Int32 = 6
    static let getHostByAddressV6: Int32 = 7
    static let getAI: Int32 = 14
  }

  private static func question(_ type: Int32, _ key: ArraySlice<UInt8>) -> LookupQuestion? {
    switch type {
    case RequestType.getHostByName: return name(key).map { LookupQuestion($0, .a) }
    case RequestType.getHostByNameV6: return name(key).map { LookupQuestion($0, .aaaa) }
    case RequestType.getHostByAddress:
      return IPAddress(family: AddressFamily.inet, Array(key)).flatMap(LookupQuestion.init(namesOf:))
    case RequestType.getHostByAddressV6:
      return IPAddress(family: AddressFamily.inet6, Array(key)).flatMap(LookupQuestion.init(namesOf:))
    case RequestType.getAI:
      var question = name(key).map { LookupQuestion($0, .a) }
      question?.wantsAddressList = true
      return question
    default: return nil
    }
  }

  private static func name(_ octets: ArraySlice<UInt8>) -> OwnedName? {
    OwnedName(String(decoding: octets.prefix { $0 != 0 }, as: UTF8.self))
  }
}

// MARK: Responses

extension NSCD {
  /// To GETAI: addresses, then the family of each, then the canonical name.
  private static func addresses(_ octets: ArraySlice<UInt8>) -> Framed<LookupReply> {
    guard octets.count >= 24 else { return .incomplete }
    let (found, count, size, nameSize) = (octets.word(1), octets.word(2), octets.word(3), octets.word(4))
    guard octets.word(0) == protocolVersion else { return .malformed }
    guard found == 1 else { return .message(.answer(absence(found, octets.word(5))), length: 24) }
    guard 0...most ~= count, 0...most ~= size, 0...most ~= nameSize else { return .malformed }
    let length = 24 + Int(size) + Int(count) + Int(nameSize)
    guard octets.count >= length else { return .incomplete }
    var rest = octets.dropFirst(24).prefix(Int(size))
    var answer = LookupAnswer()
    for family in octets.dropFirst(24 + Int(size)).prefix(Int(count)) {
      let size = Int64(family) == AddressFamily.inet6 ? 16 : 4
      guard let address = IPAddress(family: Int64(family), Array(rest.prefix(size))) else {
        return .malformed
      }
      answer.addresses.append(address)
      rest = rest.dropFirst(size)
    }
    if nameSize > 0 { answer.canonicalName = name(octets.dropFirst(24 + Int(size) + Int(count))) }
    return .message(.answer(answer), length: length)
  }

  /// To the others: the name, the lengths of the aliases, the addresses, the aliases.
  private static func host(
    _ octets: ArraySlice<UInt8>, to question: LookupQuestion
  ) -> Framed<LookupReply> {
    guard octets.count >= 32 else { return .incomplete }
    let (found, nameSize, aliases, family) = (octets.word(1), octets.word(2), octets.word(3), octets.word(4))
    let (size, count) = (octets.word(5), octets.word(6))
    guard octets.word(0) == protocolVersion else { return .malformed }
    guard found == 1 else { return .message(.answer(absence(found, octets.word(7))), length: 32) }
    guard 0...most ~= nameSize, 0...most ~= aliases, 0...16 ~= size, 0...most ~= count else {
      return .malformed
    }
    let start = 32 + Int(nameSize) + 4 * Int(aliases)
    guard octets.count >= start + Int(size) * Int(count) else { return .incomplete }
    var answer = LookupAnswer()
    let name = name(octets.dropFirst(32).prefix(Int(nameSize)))
    // The texts of the aliases are at its end; one connection has one response.
    if question.type == .ptr {
      answer.names = name.map { [$0] } ?? []
      return .message(.answer(answer), length: octets.count)
    }
    answer.canonicalName = name
    for index in 0..<Int(count) {
      let address = Array(octets.dropFirst(start + index * Int(size)).prefix(Int(size)))
      guard let address = IPAddress(family: Int64(family), address) else { return .malformed }
      answer.addresses.append(address)
    }
    return .message(.answer(answer), length: octets.count)
  }

  /// In one response; the limit must fit the captured part.
  private static let most: Int32 = 16384

  /// `found` is 0, or -1 if nscd does not keep hosts. The error is of netdb.h.
  private static func absence(_ found: Int32, _ error: Int32) -> LookupAnswer {
    guard found == 0 else { return LookupAnswer(code: .refused) }
    return switch error {
    case 2, 3: LookupAnswer(code: .serverFailure)
    case 4: LookupAnswer()
    default: LookupAnswer(code: .nameError)
    }
  }
}

extension ArraySlice<UInt8> {
  /// The `int32_t` with this index, from 0; the caller has checked that it exists.
  fileprivate func word(_ index: Int) -> Int32 {
    var value: UInt32 = 0
    for place in 0..<4 { value |= UInt32(self[startIndex + 4 * index + place]) << UInt32(8 * place) }
    return Int32(bitPattern: value)
  }
}
