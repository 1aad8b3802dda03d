package import Bytes

/// Walks the fields of one record's rdata, checking each and, if its output is text, writing it.
///
/// That one walk does both keeps them from disagreeing: what was checked is what can be written.
struct RDataWalker<Output: RDataOutput & ~Copyable>: ~Copyable, ~Escapable {
  let type: RecordType
  let recordClass: RecordClass
  var reader: WireReader
  var output: Output
  /// Set by fields that are well formed but whose meaning is not known: the text is then RFC 3597's.
  private(set) var isOpaque = false

  /// `reader` must stand at the rdata and end with it.
  @_lifetime(copy reader)
  init(_ reader: WireReader, type: RecordType, recordClass: RecordClass, output: consuming Output) {
    self.reader = reader
    self.type = type
    self.recordClass = recordClass
    self.output = output
  }

  /// Walks all fields; they must fill the rdata.
  mutating func walk() throws(WireError) {
    try fields()
    guard reader.isAtEnd else { throw reader.error(.rdataLength(type)) }
  }

  /// Passes over what is left as octets without known meaning.
  mutating func opaqueRest() {
    isOpaque = true
    _ = reader.takeRest()
  }

  func malformed() -> WireError { reader.error(.malformedRData(type)) }

  /// Starts a new field and lets `body` write it; does nothing when no text is wanted.
  @inline(__always)
  mutating func write(_ body: (inout ByteWriter, Span<UInt8>) -> Void) {
    output.field(reader.octets, body)
  }
}

/// What becomes of the fields.
protocol RDataOutput: ~Copyable {
  /// False lets the compiler leave out the writing.
  static var isText: Bool { get }
  /// Starts a field, and lets `write` write it.
  mutating func field(_ octets: Span<UInt8>, _ write: (inout ByteWriter, Span<UInt8>) -> Void)
}

/// For checking alone.
struct NoOutput: RDataOutput {
  static var isText: Bool { false }

  @inline(__always)
  mutating func field(_ octets: Span<UInt8>, _ write: (inout ByteWriter, Span<UInt8>) -> Void) {}
}

/// Fields with a space between them.
struct TextOutput: RDataOutput, ~Copyable {
  static var isText: Bool { true }
  var text: ByteWriter
  private var isFirst = true

  init(appendingTo text: consuming ByteWriter) { self.text = text }

  mutating func field(_ octets: Span<UInt8>, _ write: (inout ByteWriter, Span<UInt8>) -> Void) {
    if !isFirst { text.append(0x20) }
    isFirst = false
    write(&text, octets)
  }
}

// MARK: Presentation

extension RecordView {
  /// Appends the rdata in presentation form: the type's own, or that of RFC 3597 §5 for types without one.
  ///
  /// Names have their final dot and the case they came in; Base64 and hexadecimal are not broken by spaces.
  package func writeData(to output: inout ByteWriter) {
    if writeAlone(to: &output) { return }
    let start = output.count
    if type.netBIOSMnemonic(in: dialect) != nil { return output.append(generic: octets, ref.data) }
    var text = ByteWriter()
    swap(&text, &output)
    var walker = RDataWalker(
      dataReader, type: type, recordClass: self.class, output: TextOutput(appendingTo: text))
    let isWhole = (try? walker.walk()) != nil && !walker.isOpaque
    swap(&output, &walker.output.text)
    // No octets and so no fields: `\# 0` can be seen, an empty text cannot; and in an update a record without
    // data stands for others (RFC 2136 §2.4, §2.5).
    let isEmpty = output.count == start || ref.dataCount == 0 && (self.class == .any || self.class == .none)
    guard !isWhole || isEmpty else { return }
    output.cut(to: start)
    output.append(generic: octets, ref.data)
  }

  /// Appends an address or a name that is all of the data, as in most records, without the walker; false, and nothing, for
  /// others.
  private func writeAlone(to output: inout ByteWriter) -> Bool {
    var reader = dataReader
    do throws(WireError) {
      switch type {
      case .a where self.class.hasInternetFormats: try output.append(ipv4: reader.uint32())
      case .aaaa where self.class.hasInternetFormats:
        let high = try reader.uint64()
        try output.append(ipv6High: high, low: reader.uint64())
      case .cname, .ns, .ptr, .dname: try reader.nameView().write(to: &output)
      default: return false
      }
    } catch { return false }
    return true
  }

  /// The rdata in presentation form.
  package var dataPresentation: String {
    ByteWriter.text { writeData(to: &$0) }
  }
}

extension ByteWriter {
  /// `\# 4 0a000001`: the form that any rdata can have (RFC 3597 §5).
  mutating func append(generic octets: Span<UInt8>, _ range: Range<Int>) {
    append(text: "\\# ")
    append(decimal: UInt(range.count))
    guard !range.isEmpty else { return }
    append(0x20)
    append(hex: octets, range)
  }
}
