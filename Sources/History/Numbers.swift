import Correlation
import TraceModel

// What columns hold in place of names: numbers that never change their meaning.

extension Outcome {
  var number: Int64 { Int64(place) }

  init?(number: Int64) {
    guard let place = Int(exactly: number), Self.allCases.indices.contains(place) else { return nil }
    self = Self.allCases[place]
  }
}

extension AttributionMethod {
  static let numbered: [(AttributionMethod, Int64)] = [
    (.sender, 0), (.owner, 1), (.paired, 2), (.creator, 3), (.binder, 4), (.connector, 5), (.backfill, 6),
    (.recorded, 7), (.none(.noSocket), 16), (.none(.kernelSocket), 17), (.none(.olderThanQuerent), 18),
    (.none(.sharedSocket), 19), (.none(.notRecorded), 20),
  ]

  var number: Int64 {
    switch self {
    case .sender: 0
    case .owner: 1
    case .paired: 2
    case .creator: 3
    case .binder: 4
    case .connector: 5
    case .backfill: 6
    case .recorded: 7
    case .none(.noSocket): 16
    case .none(.kernelSocket): 17
    case .none(.olderThanQuerent): 18
    case .none(.sharedSocket): 19
    case .none(.notRecorded): 20
    }
  }

  init(number: Int64) {
    self = Self.numbered.first { $0.1 == number }?.0 ?? .none(.notRecorded)
  }
}

extension Evidence {
  var number: UInt64 {
    switch self {
    case .proven: 0
    case .inferred: 1
    case .coalesced: 2
    }
  }

  init(number: UInt64) { self = Self.allCases.first { $0.number == number } ?? .inferred }
}

extension AnswerOrigin {
  /// 0 stands for none.
  var number: UInt64 {
    switch self {
    case .upstream: 1
    case .cache: 2
    case .local: 3
    }
  }

  init?(number: UInt64) {
    guard let found = Self.allCases.first(where: { $0.number == number }) else { return nil }
    self = found
  }
}

extension Transport {
  init(name: String) { self = Self.allCases.first { $0.name == name } ?? .udp }
}

/// The column `flags` of an exchange.
struct ExchangeFlags: OptionSet {
  var rawValue: Int64

  static let isServer = ExchangeFlags(rawValue: 1)
  static let isInTarget = ExchangeFlags(rawValue: 2)
  static let isQueryReassembled = ExchangeFlags(rawValue: 4)
  static let isAnswerReassembled = ExchangeFlags(rawValue: 8)
}
