/// The result of a query: the header's four bits, with eight more from EDNS (RFC 6895 §2.3); sixteen in TSIG.
package struct ResponseCode: Registry {
  package let rawValue: UInt16

  package init(rawValue: UInt16) { self.rawValue = rawValue }

  package static var unassignedPrefix: String { "RCODE" }

  package static let noError = ResponseCode(rawValue: 0)
  package static let formatError = ResponseCode(rawValue: 1)
  package static let serverFailure = ResponseCode(rawValue: 2)
  package static let nameError = ResponseCode(rawValue: 3)
  package static let notImplemented = ResponseCode(rawValue: 4)
  package static let refused = ResponseCode(rawValue: 5)
  package static let nameExists = ResponseCode(rawValue: 6)
  package static let rrsetExists = ResponseCode(rawValue: 7)
  package static let rrsetMissing = ResponseCode(rawValue: 8)
  package static let notAuthoritative = ResponseCode(rawValue: 9)
  package static let notInZone = ResponseCode(rawValue: 10)
  package static let statefulTypeNotImplemented = ResponseCode(rawValue: 11)
  /// BADSIG in a TSIG record (RFC 8945 §3).
  package static let badVersion = ResponseCode(rawValue: 16)
  package static let badKey = ResponseCode(rawValue: 17)
  package static let badTime = ResponseCode(rawValue: 18)
  package static let badMode = ResponseCode(rawValue: 19)
  package static let badName = ResponseCode(rawValue: 20)
  package static let badAlgorithm = ResponseCode(rawValue: 21)
  package static let badTruncation = ResponseCode(rawValue: 22)
  package static let badCookie = ResponseCode(rawValue: 23)

  package static let mnemonics = Mnemonics<ResponseCode>([
    .noError: "NOERROR", .formatError: "FORMERR", .serverFailure: "SERVFAIL", .nameError: "NXDOMAIN",
    .notImplemented: "NOTIMP", .refused: "REFUSED", .nameExists: "YXDOMAIN", .rrsetExists: "YXRRSET",
    .rrsetMissing: "NXRRSET", .notAuthoritative: "NOTAUTH", .notInZone: "NOTZONE",
    .statefulTypeNotImplemented: "DSOTYPENI", .badVersion: "BADVERS", .badKey: "BADKEY",
    .badTime: "BADTIME", .badMode: "BADMODE", .badName: "BADNAME", .badAlgorithm: "BADALG",
    .badTruncation: "BADTRUNC", .badCookie: "BADCOOKIE",
  ])
}
