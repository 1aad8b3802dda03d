import DNSWire
import Testing

@Suite("A registry's value")
struct RegistryTests {
  @Test("is shown as its mnemonic, or as its number (RFC 3597 §5)")
  func mnemonics() {
    #expect(RecordType.a.description == "A")
    #expect(RecordType.nsapPTR.description == "NSAP-PTR")
    #expect(RecordType.dlv.description == "DLV")
    #expect(RecordType(rawValue: 0).description == "TYPE0")
    #expect(RecordType(rawValue: 65280).description == "TYPE65280")
    #expect(RecordClass.internet.description == "IN")
    #expect(RecordClass(rawValue: 32).description == "CLASS32")
    #expect(Opcode.notify.description == "NOTIFY")
    #expect(Opcode(rawValue: 15).description == "OPCODE15")
    #expect(ResponseCode.nameError.description == "NXDOMAIN")
    #expect(ResponseCode(rawValue: 3841).description == "RCODE3841")
    #expect(EDNSOptionCode(rawValue: 65001).description == "OPT65001")
    #expect(ServiceParameterKey(rawValue: 667).description == "key667")
    #expect(ExtendedErrorCode.dnssecBogus.description == "DNSSEC Bogus")
    #expect(ExtendedErrorCode(rawValue: 49152).description == "EDE49152")
  }

  @Test("is found by its text, case-insensitively")
  func parsing() {
    #expect(RecordType(mnemonic: "aaaa") == .aaaa)
    #expect(RecordType(mnemonic: "TYPE65280")?.rawValue == 65280)
    #expect(RecordType(mnemonic: "type28") == .aaaa)
    #expect(ResponseCode(mnemonic: "nxdomain") == .nameError)
    for nonsense in ["", "TYPE", "TYPE65536", "TYPE-1", "TYPEA", "AAAAA", " A", "TYPE+1", "TYP", "TYPE１"] {
      #expect(RecordType(mnemonic: nonsense) == nil, "\(nonsense)")
    }
  }

  @Test("has a unique mnemonic")
  func distinct() {
    func check<Value: Registry>(_: Value.Type) {
      let all = Value.mnemonics.all
      #expect(Set(all.map(\.value)).count == all.count)
      #expect(Set(all.map { $0.mnemonic.uppercased() }).count == all.count)
      for (value, mnemonic) in all {
        #expect(value.description == mnemonic)
        #expect(Value(mnemonic: mnemonic) == value)
      }
    }
    check(RecordType.self)
    check(RecordClass.self)
    check(Opcode.self)
    check(ResponseCode.self)
    check(EDNSOptionCode.self)
    check(ExtendedErrorCode.self)
    check(ServiceParameterKey.self)
    check(CertificateType.self)
    check(SecurityAlgorithm.self)
  }
}
