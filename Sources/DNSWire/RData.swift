/// The data of a record, for the types whose fields code reads; the presentation form supports many more types.
///
/// To add a record type:
/// 1. name it in `RecordType`: a constant and its mnemonic;
/// 2. give its fields a layout in `RDataWalker+Layouts.swift`: it is then checked and has a text;
/// 3. add a row to the table in `PresentationTests`, with the RFC's example;
/// 4. only if code must read its fields: a case here and in `RecordView.rdata`, and a function in `RecordData` so that it
///    can be built.
package enum RData: ~Escapable {
  /// An IPv4 address, big-endian (RFC 1035 §3.4.1).
  case a(UInt32)
  /// An IPv6 address, its first and last eight octets, big-endian (RFC 3596 §2.2).
  case aaaa(high: UInt64, low: UInt64)
  case ns(NameView)
  case cname(NameView)
  case ptr(NameView)
  case dname(NameView)
  case mx(MX)
  case soa(SOA)
  case txt(CharacterStrings)
  case srv(SRV)
  case svcb(SVCB)
  case https(SVCB)
  case caa(CAA)
  case opt(EDNS)
  /// Any other type, or empty in an update: the octets, in which names may be compressed.
  case other(Span<UInt8>)
}

extension RecordView {
  package var rdata: RData {
    @_lifetime(copy self)
    get {
      do throws(WireError) { return try readData() } catch { return .other(rawData) }
    }
  }

  /// The address, big-endian, of an A record in a class that has them.
  package var ipv4: UInt32? {
    guard type == .a, ref.dataCount == 4, self.class.hasInternetFormats else { return nil }
    return octets.uint32(at: Int(ref.dataPlace))
  }

  /// The first and last eight octets of the address, big-endian, of an AAAA record in a class that has them.
  package var ipv6: (high: UInt64, low: UInt64)? {
    guard type == .aaaa, ref.dataCount == 16, self.class.hasInternetFormats else { return nil }
    let place = Int(ref.dataPlace)
    return (octets.uint64(at: place), octets.uint64(at: place + 8))
  }

  @_lifetime(copy self)
  private func readData() throws(WireError) -> RData {
    guard type.netBIOSMnemonic(in: dialect) == nil else { return .other(rawData) }
    guard !type.isInternetOnly || self.class.hasInternetFormats else { return .other(rawData) }
    var reader = dataReader
    switch type {
    case .a: return try .a(reader.uint32())
    case .aaaa: return try .aaaa(high: reader.uint64(), low: reader.uint64())
    case .cname: return try .cname(reader.nameView())
    case .ns: return try .ns(reader.nameView())
    case .ptr: return try .ptr(reader.nameView())
    case .dname: return try .dname(reader.nameView())
    case .mx: return try .mx(MX(&reader))
    case .soa: return try .soa(SOA(&reader))
    case .txt: return .txt(CharacterStrings(wireForm: rawData))
    case .srv: return try .srv(SRV(&reader))
    case .svcb: return try .svcb(SVCB(&reader))
    case .https: return try .https(SVCB(&reader))
    case .caa: return try .caa(CAA(&reader))
    case .opt: return .opt(EDNS(self))
    default: return .other(rawData)
    }
  }

  /// Reads from the start of the rdata to its end.
  var dataReader: WireReader {
    @_lifetime(copy self)
    get {
      let range = ref.data
      return WireReader(octets, from: range.lowerBound, to: range.upperBound, shortage: .rdataLength(type))
    }
  }
}

extension WireReader {
  @_lifetime(copy self)
  mutating func nameView() throws(WireError) -> NameView {
    let ref = try name()
    return NameView(octets, ref)
  }

  @_lifetime(copy self)
  mutating func span(_ range: Range<Int>) -> Span<UInt8> { octets.extracting(range) }
}
