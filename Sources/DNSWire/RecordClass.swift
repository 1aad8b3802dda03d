/// The class of a record or question: CLASS or QCLASS (RFC 1035 §3.2.4, §3.2.5).
public struct RecordClass: Registry {
  public let rawValue: UInt16

  @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

  @inlinable public static func == (left: RecordClass, right: RecordClass) -> Bool {
    left.rawValue == right.rawValue
  }

  package static var unassignedPrefix: String { "CLASS" }

  package static let internet = RecordClass(rawValue: 1)
  package static let chaos = RecordClass(rawValue: 3)
  package static let hesiod = RecordClass(rawValue: 4)
  /// In an update: the record is to be deleted (RFC 2136 §2.5.4).
  package static let none = RecordClass(rawValue: 254)
  package static let any = RecordClass(rawValue: 255)

  package static let mnemonics = Mnemonics<RecordClass>([
    .internet: "IN", .chaos: "CH", .hesiod: "HS", .none: "NONE", .any: "ANY",
  ])
}

extension RecordClass {
  /// The class without the top bit, which is a flag in multicast DNS: in a question for a unicast response,
  /// in a record for cache flush (RFC 6762 §5.4, §10.2).
  @inlinable
  func read(as dialect: MessageDialect) -> RecordClass {
    dialect == .multicast ? RecordClass(rawValue: rawValue & 0x7FFF) : self
  }

  /// Whether rdata has the formats of class IN: also in the class NONE of an update, where the zone's class
  /// applies (RFC 2136 §2.5.4).
  var hasInternetFormats: Bool { self == .internet || self == .none }
}
