/// The key of a service binding's parameter: SvcParamKey (RFC 9460 §14.3).
package struct ServiceParameterKey: Registry {
  package let rawValue: UInt16

  package init(rawValue: UInt16) { self.rawValue = rawValue }

  package static var unassignedPrefix: String { "key" }

  package static let mandatory = ServiceParameterKey(rawValue: 0)
  package static let alpn = ServiceParameterKey(rawValue: 1)
  package static let noDefaultALPN = ServiceParameterKey(rawValue: 2)
  package static let port = ServiceParameterKey(rawValue: 3)
  package static let ipv4hint = ServiceParameterKey(rawValue: 4)
  package static let ech = ServiceParameterKey(rawValue: 5)
  package static let ipv6hint = ServiceParameterKey(rawValue: 6)
  /// RFC 9461.
  package static let dohpath = ServiceParameterKey(rawValue: 7)
  /// RFC 9540.
  package static let ohttp = ServiceParameterKey(rawValue: 8)
  package static let tlsSupportedGroups = ServiceParameterKey(rawValue: 9)
  /// For DNS over CoAP.
  package static let docpath = ServiceParameterKey(rawValue: 10)

  package static let mnemonics = Mnemonics<ServiceParameterKey>([
    .mandatory: "mandatory", .alpn: "alpn", .noDefaultALPN: "no-default-alpn", .port: "port",
    .ipv4hint: "ipv4hint", .ech: "ech", .ipv6hint: "ipv6hint", .dohpath: "dohpath", .ohttp: "ohttp",
    .tlsSupportedGroups: "tls-supported-groups", .docpath: "docpath",
  ])
}
