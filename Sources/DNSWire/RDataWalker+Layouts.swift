extension RDataWalker where Output: ~Copyable {
  /// The fields of every type with its own format, in the order of the wire and of the text.
  ///
  /// Names may be compressed in any type: RFC 3597 §4 allows that for the types of RFC 1035 only, but
  /// multicast DNS compresses SRV and NSEC too (RFC 6762 §18.14).
  mutating func fields() throws(WireError) {
    guard !type.isInternetOnly || recordClass.hasInternetFormats else {
      return if type == .a && recordClass == .chaos { try chaosAddress() } else { opaqueRest() }
    }
    switch type {
    case .a: try ipv4()
    case .aaaa: try ipv6()
    case .cname, .ns, .ptr, .dname, .nsapPTR, .mb, .md, .mf, .mg, .mr: try name()
    case .soa: try soa()
    case .mx, .afsdb, .kx, .lp, .rt: try preferenceAndName()
    case .srv: try srv()
    case .svcb, .https: try serviceBinding()
    case .txt, .spf, .avc, .ninfo, .resinfo, .wallet, .cla: try strings()
    case .caa: try caa()
    case .opt: try options()

    case .ds, .cds, .dlv, .ta: try keyDigest()
    case .dnskey, .cdnskey, .key, .rkey: try key()
    case .rrsig, .sig: try signature()
    case .nsec: try nameAndTypes()
    case .nsec3: try nsec3()
    case .nsec3param: try hashParameters()
    case .csync: try csync()
    case .zonemd: try zoneDigest()
    case .tlsa, .smimea: try certificateAssociation()
    case .sshfp: try fingerprint()
    case .cert: try certificate()
    case .ipseckey: try ipseckey()
    case .hip: try hostIdentity()
    case .openpgpkey, .dhcid, .hhit, .brid: base64Rest()
    case .tsig: try tsig()
    case .tkey: try tkey()

    case .naptr: try naptr()
    case .uri: try uri()
    case .dsync: try dsync()
    case .amtrelay: try amtrelay()
    case .apl: try addressPrefixes()
    case .loc: try location()
    case .nid, .l64: try locator64()
    case .l32: try locator32()
    case .eui48: try hyphenated(6)
    case .eui64: try hyphenated(8)
    case .ipn: try uint64()

    case .hinfo: try twoStrings()
    case .minfo, .rp, .talink: try twoNames()
    case .px: try px()
    case .gpos: try position()
    case .x25: try string()
    case .isdn: try isdn()
    case .nsap: nsap()
    case .wks: try wks()
    case .nxt: try nxt()
    case .doa: try digitalObject()

    default: opaqueRest()
    }
  }
}

extension RecordType {
  /// Whether the format is that of class IN only; in other classes the rdata is opaque.
  var isInternetOnly: Bool {
    switch self {
    case .a, .aaaa, .srv, .svcb, .https, .naptr, .kx, .apl, .ipseckey, .dhcid, .px, .nsap, .nsapPTR, .wks:
      true
    default: false
    }
  }
}
