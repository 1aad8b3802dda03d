/// The kind of an extended error: INFO-CODE (RFC 8914 §4); its mnemonic is the registered purpose.
package struct ExtendedErrorCode: Registry {
  package let rawValue: UInt16

  package init(rawValue: UInt16) { self.rawValue = rawValue }

  package static var unassignedPrefix: String { "EDE" }

  package static let other = ExtendedErrorCode(rawValue: 0)
  package static let unsupportedDNSKEYAlgorithm = ExtendedErrorCode(rawValue: 1)
  package static let unsupportedDSDigestType = ExtendedErrorCode(rawValue: 2)
  package static let staleAnswer = ExtendedErrorCode(rawValue: 3)
  package static let forgedAnswer = ExtendedErrorCode(rawValue: 4)
  package static let dnssecIndeterminate = ExtendedErrorCode(rawValue: 5)
  package static let dnssecBogus = ExtendedErrorCode(rawValue: 6)
  package static let signatureExpired = ExtendedErrorCode(rawValue: 7)
  package static let signatureNotYetValid = ExtendedErrorCode(rawValue: 8)
  package static let dnskeyMissing = ExtendedErrorCode(rawValue: 9)
  package static let rrsigsMissing = ExtendedErrorCode(rawValue: 10)
  package static let noZoneKeyBitSet = ExtendedErrorCode(rawValue: 11)
  package static let nsecMissing = ExtendedErrorCode(rawValue: 12)
  package static let cachedError = ExtendedErrorCode(rawValue: 13)
  package static let notReady = ExtendedErrorCode(rawValue: 14)
  package static let blocked = ExtendedErrorCode(rawValue: 15)
  package static let censored = ExtendedErrorCode(rawValue: 16)
  package static let filtered = ExtendedErrorCode(rawValue: 17)
  package static let prohibited = ExtendedErrorCode(rawValue: 18)
  package static let staleNXDOMAINAnswer = ExtendedErrorCode(rawValue: 19)
  package static let notAuthoritative = ExtendedErrorCode(rawValue: 20)
  package static let notSupported = ExtendedErrorCode(rawValue: 21)
  package static let noReachableAuthority = ExtendedErrorCode(rawValue: 22)
  package static let networkError = ExtendedErrorCode(rawValue: 23)
  package static let invalidData = ExtendedErrorCode(rawValue: 24)
  package static let signatureExpiredBeforeValid = ExtendedErrorCode(rawValue: 25)
  package static let tooEarly = ExtendedErrorCode(rawValue: 26)
  package static let unsupportedNSEC3Iterations = ExtendedErrorCode(rawValue: 27)
  package static let unableToConformToPolicy = ExtendedErrorCode(rawValue: 28)
  package static let synthesized = ExtendedErrorCode(rawValue: 29)
  package static let invalidQueryType = ExtendedErrorCode(rawValue: 30)
  package static let rateLimited = ExtendedErrorCode(rawValue: 31)
  package static let overQuota = ExtendedErrorCode(rawValue: 32)

  package static let mnemonics = Mnemonics<ExtendedErrorCode>([
    .other: "Other", .unsupportedDNSKEYAlgorithm: "Unsupported DNSKEY Algorithm",
    .unsupportedDSDigestType: "Unsupported DS Digest Type", .staleAnswer: "Stale Answer",
    .forgedAnswer: "Forged Answer", .dnssecIndeterminate: "DNSSEC Indeterminate",
    .dnssecBogus: "DNSSEC Bogus", .signatureExpired: "Signature Expired",
    .signatureNotYetValid: "Signature Not Yet Valid", .dnskeyMissing: "DNSKEY Missing",
    .rrsigsMissing: "RRSIGs Missing", .noZoneKeyBitSet: "No Zone Key Bit Set", .nsecMissing: "NSEC Missing",
    .cachedError: "Cached Error", .notReady: "Not Ready", .blocked: "Blocked", .censored: "Censored",
    .filtered: "Filtered", .prohibited: "Prohibited", .staleNXDOMAINAnswer: "Stale NXDOMAIN Answer",
    .notAuthoritative: "Not Authoritative", .notSupported: "Not Supported",
    .noReachableAuthority: "No Reachable Authority", .networkError: "Network Error",
    .invalidData: "Invalid Data", .signatureExpiredBeforeValid: "Signature Expired before Valid",
    .tooEarly: "Too Early", .unsupportedNSEC3Iterations: "Unsupported NSEC3 Iterations Value",
    .unableToConformToPolicy: "Unable to conform to policy", .synthesized: "Synthesized",
    .invalidQueryType: "Invalid Query Type", .rateLimited: "Rate Limited", .overQuota: "Over Quota",
  ])
}
