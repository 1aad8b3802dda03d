/// The kind of query in a message (RFC 1035 §4.1.1); four bits.
package struct Opcode: Registry {
  package let rawValue: UInt8

  package init(rawValue: UInt8) { self.rawValue = rawValue }

  package static var unassignedPrefix: String { "OPCODE" }

  package static let query = Opcode(rawValue: 0)
  /// Obsolete (RFC 3425).
  package static let inverseQuery = Opcode(rawValue: 1)
  package static let status = Opcode(rawValue: 2)
  package static let notify = Opcode(rawValue: 4)
  package static let update = Opcode(rawValue: 5)
  /// DNS stateful operations (RFC 8490).
  package static let stateful = Opcode(rawValue: 6)

  package static let mnemonics = Mnemonics<Opcode>([
    .query: "QUERY", .inverseQuery: "IQUERY", .status: "STATUS", .notify: "NOTIFY", .update: "UPDATE",
    .stateful: "DSO",
  ])
}
