/// The code of an EDNS option: IANA's "DNS EDNS0 Option Codes (OPT)".
package struct EDNSOptionCode: Registry {
  package let rawValue: UInt16

  package init(rawValue: UInt16) { self.rawValue = rawValue }

  package static var unassignedPrefix: String { "OPT" }

  /// Long-lived queries (RFC 8764).
  package static let longLivedQuery = EDNSOptionCode(rawValue: 1)
  package static let updateLease = EDNSOptionCode(rawValue: 2)
  /// RFC 5001.
  package static let nsid = EDNSOptionCode(rawValue: 3)
  /// DAU, DHU and N3U: the algorithms that a validator supports (RFC 6975).
  package static let dnssecAlgorithms = EDNSOptionCode(rawValue: 5)
  package static let dsHashes = EDNSOptionCode(rawValue: 6)
  package static let nsec3Hashes = EDNSOptionCode(rawValue: 7)
  /// RFC 7871.
  package static let clientSubnet = EDNSOptionCode(rawValue: 8)
  /// RFC 7314.
  package static let expire = EDNSOptionCode(rawValue: 9)
  /// RFC 7873.
  package static let cookie = EDNSOptionCode(rawValue: 10)
  /// RFC 7828.
  package static let tcpKeepalive = EDNSOptionCode(rawValue: 11)
  /// RFC 7830.
  package static let padding = EDNSOptionCode(rawValue: 12)
  /// RFC 7901.
  package static let chain = EDNSOptionCode(rawValue: 13)
  /// RFC 8145.
  package static let keyTag = EDNSOptionCode(rawValue: 14)
  /// RFC 8914.
  package static let extendedError = EDNSOptionCode(rawValue: 15)
  package static let clientTag = EDNSOptionCode(rawValue: 16)
  package static let serverTag = EDNSOptionCode(rawValue: 17)
  /// RFC 9567.
  package static let reportChannel = EDNSOptionCode(rawValue: 18)
  /// RFC 9660.
  package static let zoneVersion = EDNSOptionCode(rawValue: 19)
  /// The language of an extended error's text.
  package static let errorTextLanguage = EDNSOptionCode(rawValue: 22)
  package static let filteringContact = EDNSOptionCode(rawValue: 23)
  package static let filteringOrganization = EDNSOptionCode(rawValue: 24)
  package static let filteringDatabase = EDNSOptionCode(rawValue: 25)
  package static let umbrella = EDNSOptionCode(rawValue: 20292)
  package static let deviceID = EDNSOptionCode(rawValue: 26946)

  package static let mnemonics = Mnemonics<EDNSOptionCode>([
    .longLivedQuery: "LLQ", .updateLease: "UL", .nsid: "NSID", .dnssecAlgorithms: "DAU", .dsHashes: "DHU",
    .nsec3Hashes: "N3U", .clientSubnet: "ECS", .expire: "EXPIRE", .cookie: "COOKIE",
    .tcpKeepalive: "KEEPALIVE", .padding: "PADDING", .chain: "CHAIN", .keyTag: "KEYTAG",
    .extendedError: "EDE", .clientTag: "CLIENT-TAG", .serverTag: "SERVER-TAG",
    .reportChannel: "REPORT-CHANNEL", .zoneVersion: "ZONEVERSION",
    .errorTextLanguage: "EDE-EXTRA-TEXT-LANGUAGE",
    .filteringContact: "FILTERING-CONTACT", .filteringOrganization: "FILTERING-ORGANIZATION",
    .filteringDatabase: "FILTERING-DB", .umbrella: "UMBRELLA",
    .deviceID: "DEVICEID",
  ])
}
