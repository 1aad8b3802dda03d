/// The data of a record, for the types that one acts on; the presentation form knows many more.
///
/// To add a record type:
/// 1. name it in `RecordType`: a constant and its mnemonic;
/// 2. give its fields a layout in `RDataWalker+Layouts.swift`: from then on it is checked and has a text;
/// 3. add a row to the table in `PresentationTests`, taken from the RFC's own example;
/// 4. only if code must read its fields: a case here and in `ResourceRecord.rdata`, and in
///    `RData.write(to:)` so that it can be built.
package enum RData: Sendable {
  /// An IPv4 address, big-endian (RFC 1035 §3.4.1).
  case a(UInt32)
  /// An IPv6 address, its first and last eight octets, big-endian (RFC 3596 §2.2).
  case aaaa(high: UInt64, low: UInt64)
  case ns(Name)
  case cname(Name)
  case ptr(Name)
  case dname(Name)
  case mx(MX)
  case soa(SOA)
  case txt(CharacterStrings)
  case srv(SRV)
  case svcb(SVCB)
  case https(SVCB)
  case caa(CAA)
  case opt(EDNS)
  /// Of any other type, or empty in an update: the octets, where names may be compressed.
  case other(ArraySlice<UInt8>)
}

extension ResourceRecord {
  package var rdata: RData {
    (try? readData()) ?? .other(rawData)
  }

  private func readData() throws(WireError) -> RData {
    guard type.netBIOSMnemonic(in: wire.dialect) == nil else { return .other(rawData) }
    guard !type.isInternetOnly || self.class.hasInternetFormats else { return .other(rawData) }
    var reader = WireReader(
      wire.span, from: dataRange.lowerBound, to: dataRange.upperBound, shortage: .rdataLength(type))
    switch type {
    case .a: return try .a(reader.uint32())
    case .aaaa: return try .aaaa(high: reader.uint64(), low: reader.uint64())
    case .cname: return try .cname(name(&reader))
    case .ns: return try .ns(name(&reader))
    case .ptr: return try .ptr(name(&reader))
    case .dname: return try .dname(name(&reader))
    case .mx: return try .mx(MX(preference: reader.uint16(), exchange: name(&reader)))
    case .soa: return try .soa(soa(&reader))
    case .txt: return .txt(CharacterStrings(wireForm: rawData))
    case .srv: return try .srv(srv(&reader))
    case .svcb: return try .svcb(serviceBinding(&reader))
    case .https: return try .https(serviceBinding(&reader))
    case .caa: return try .caa(caa(&reader))
    case .opt: return .opt(EDNS(self))
    default: return .other(rawData)
    }
  }

  private func name(_ reader: inout WireReader) throws(WireError) -> Name {
    try Name(wire: wire, offset: reader.name())
  }

  private func soa(_ reader: inout WireReader) throws(WireError) -> SOA {
    try SOA(
      mname: name(&reader), rname: name(&reader), serial: reader.uint32(), refresh: reader.uint32(),
      retry: reader.uint32(), expire: reader.uint32(), minimum: reader.uint32())
  }

  private func srv(_ reader: inout WireReader) throws(WireError) -> SRV {
    try SRV(
      priority: reader.uint16(), weight: reader.uint16(), port: reader.uint16(), target: name(&reader))
  }

  private func serviceBinding(_ reader: inout WireReader) throws(WireError) -> SVCB {
    try SVCB(
      priority: reader.uint16(), target: name(&reader),
      parameters: ServiceParameters(wireForm: wire.slice(reader.takeRest())))
  }

  private func caa(_ reader: inout WireReader) throws(WireError) -> CAA {
    try CAA(
      flags: reader.uint8(), tag: wire.slice(reader.counted()), value: wire.slice(reader.takeRest()))
  }
}
