import Bytes
import Correlation
import DNSWire
import PacketDecoding
import TraceModel

/// What few exchanges have: the column `more` of an exchange, and NULL where there is nothing of it.
struct More {
  var retries = 0
  /// Messages that the exchange stands for, beyond its own and the retries.
  var messagesBeyond = 0
  /// Octets that the capture does not have.
  var queryMissing = 0
  var answerMissing = 0
  /// The port that the answer went to, less the query's; a translator on the way may change it.
  var answerPortDifference = 0
  /// An id of `process`, and a method's number.
  var answeredBy: (process: Int64, method: Int64)?
  /// The answer's id less the query's.
  var answerIDDifference = 0
  var chain: Chain?

  private enum Key: UInt64 {
    case retries = 1, messagesBeyond, queryMissing, answerMissing, answerPort, answeredBy, answerID, chain
  }
}

extension More {
  /// - Parameter id: gives a process's id.
  func packed<Problem: Error>(
    _ id: (ObservedProcess) throws(Problem) -> Int64
  ) throws(Problem) -> [UInt8] {
    var packed = Packed()
    func add(_ key: Key, _ number: Int) {
      guard number != 0 else { return }
      packed.append(key.rawValue)
      packed.append(signed: Int64(number))
    }
    add(.retries, retries)
    add(.messagesBeyond, messagesBeyond)
    add(.queryMissing, queryMissing)
    add(.answerMissing, answerMissing)
    add(.answerPort, answerPortDifference)
    add(.answerID, answerIDDifference)
    if let answeredBy {
      packed.append(Key.answeredBy.rawValue)
      packed.append(UInt64(answeredBy.process))
      packed.append(UInt64(answeredBy.method))
    }
    if let chain {
      packed.append(Key.chain.rawValue)
      try packed.append(chain, id)
    }
    return packed.octets
  }

  /// - Parameter process: the process of an id.
  init(_ octets: [UInt8], _ process: (Int64) -> ObservedProcess?) {
    var unpacking = Unpacking(octets)
    while !unpacking.isAtEnd, unpacking.isIntact, let key = Key(rawValue: unpacking.number()) {
      switch key {
      case .retries: retries = Int(clamping: unpacking.signed())
      case .messagesBeyond: messagesBeyond = Int(clamping: unpacking.signed())
      case .queryMissing: queryMissing = Int(clamping: unpacking.signed())
      case .answerMissing: answerMissing = Int(clamping: unpacking.signed())
      case .answerPort: answerPortDifference = Int(clamping: unpacking.signed())
      case .answerID: answerIDDifference = Int(clamping: unpacking.signed())
      case .answeredBy:
        answeredBy = (Int64(clamping: unpacking.number()), Int64(clamping: unpacking.number()))
      case .chain: chain = unpacking.chain(process)
      }
    }
  }
}

// MARK: Chains

extension Packed {
  fileprivate mutating func append<Problem: Error>(
    _ chain: Chain, _ id: (ObservedProcess) throws(Problem) -> Int64
  ) throws(Problem) {
    append(chain.answeredFrom?.number ?? 0)
    append(UInt64(chain.omitted))
    append(UInt64(chain.forwarded.count))
    for query in chain.forwarded {
      append(query.server)
      append(counted: Array(query.service.rawValue.utf8))
      if let process = query.process { append(UInt64(try id(process))) } else { append(0) }
      if let question = query.question {
        var name: [UInt8] = []
        question.name.view.writeWire(to: &name)
        append(counted: name)
        append(UInt64(question.type.rawValue))
      } else {
        append(0)
      }
      append(query.evidence.number)
      append(signed: query.latency ?? -1)
      append(query.responseCode.map { UInt64($0.rawValue) + 1 } ?? 0)
    }
    append(UInt64(chain.onBehalfOf.count))
    for client in chain.onBehalfOf {
      if let process = client.process { append(UInt64(try id(process))) } else { append(0) }
      append(client.client)
      append(client.evidence.number)
      append(UInt64(client.depth))
    }
  }

  private mutating func append(_ endpoint: Endpoint?) {
    guard let endpoint else { return append(0) }
    append(counted: endpoint.address.octets)
    append(UInt64(endpoint.port))
  }
}

extension Unpacking {
  fileprivate mutating func chain(_ process: (Int64) -> ObservedProcess?) -> Chain {
    var chain = Chain()
    chain.answeredFrom = AnswerOrigin(number: number())
    chain.omitted = Int(clamping: number())
    for _ in 0..<min(number(), 256) where isIntact {
      let server = endpoint()
      let service = NameService(rawValue: String(decoding: counted(), as: UTF8.self)) ?? .dns
      let sender = process(Int64(clamping: number()))
      let name = counted()
      let question = name.isEmpty ? nil : question(name)
      let evidence = Evidence(number: number())
      let latency = signed()
      let code = number()
      chain.forwarded.append(
        ForwardedQuery(
          server: server, service: service, process: sender, asking: question, evidence: evidence,
          latency: latency < 0 ? nil : latency,
          responseCode: code == 0 ? nil : ResponseCode(rawValue: UInt16(clamping: code - 1))))
    }
    for _ in 0..<min(number(), 256) where isIntact {
      let client = process(Int64(clamping: number()))
      let end = endpoint()
      let evidence = Evidence(number: number())
      chain.onBehalfOf.append(
        ServedClient(process: client, at: end, evidence: evidence, depth: Int(clamping: number())))
    }
    return chain
  }

  private mutating func question(_ name: [UInt8]) -> ForwardedQuery.Question? {
    let type = RecordType(rawValue: UInt16(clamping: number()))
    return OwnedName(wireForm: name).map { ForwardedQuery.Question(asking: $0, type: type) }
  }

  private mutating func endpoint() -> Endpoint? {
    guard let address = IPAddress(octets: counted()) else { return nil }
    return Endpoint(address: address, port: UInt16(clamping: number()))
  }
}

extension IPAddress {
  /// Four octets or sixteen, in network order; nil for another number of them.
  init?(octets: [UInt8]) {
    func number(_ octets: ArraySlice<UInt8>) -> UInt64 { octets.reduce(0) { $0 << 8 | UInt64($1) } }
    switch octets.count {
    case 4: self.init(v4: UInt32(truncatingIfNeeded: number(octets[...])))
    case 16: self.init(v6High: number(octets[..<8]), low: number(octets[8...]))
    default: return nil
    }
  }
}
