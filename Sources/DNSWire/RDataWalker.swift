package import Bytes

/// Parses the fields of one record's rdata: checks each and, if its output is text, writes it.
///
/// One function does both, so they cannot disagree: everything that was checked can be written.
struct RDataWalker<Output: RDataOutput & ~Copyable>: ~Copyable, ~Escapable {
  let type: RecordType
  let recordClass: RecordClass
  var reader: WireReader
  var output: Output
  /// Set by fields that are well formed but have no known meaning: the text is then that of RFC 3597.
  private(set) var isOpaque = false

  /// `reader` must start and end with the rdata.
  @_lifetime(copy reader)
  init(_ reader: WireReader, type: RecordType, recordClass: RecordClass, output: consuming Output) {
    self.reader = reader
    self.type = type
    self.recordClass = recordClass
    self.output = output
  }

  /// Parses all fields; they must fill the rdata.
  mutating func walk() throws(WireError) {
    try fields()
    guard reader.isAtEnd else { throw reader.error(.rdataLength(type)) }
  }

  /// Skips the rest as octets without known meaning.
  mutating func opaqueRest() {
    isOpaque = true
    _ = reader.takeRest()
  }

  func malformed() -> WireError { reader.error(.malformedRData(type)) }

  /// Starts a new field, which `body` writes; does nothing if no text is written.
  @inline(__always)
  mutating func write(_ body: (inout ByteWriter, Span<UInt8>) -> Void) {
    output.field(reader.octets, body)
  }
}

/// Receives the fields.
protocol RDataOutput: ~Copyable {
  /// False allows the compiler to remove the writing.
  static var isText: Bool { get }
  /// Starts a field, which `write` writes.
  mutating func field(_ octets: Span<UInt8>, _ write: (inout ByteWriter, Span<UInt8>) -> Void)
}

/// Only checks.
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
  /// Names have their final dot and their case as sent; Base64 and hexadecimal contain no spaces.
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
    // No octets, so no fields: `\# 0` is visible, an empty text is not; and in an update a record without
    // data has another meaning (RFC 2136 §2.4, §2.5).
    let isEmpty = output.count == start || ref.dataCount == 0 && (self.class == .any || self.class == .none)
    guard !isWhole || isEmpty else { return }
    output.cut(to: start)
    output.append(generic: octets, ref.data)
  }

  /// Appends an address or a name that is all of the data, as in most records, without the walker; returns false and
  /// appends nothing for other records.
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
  /// `\# 4 0a000001`: the form for any rdata (RFC 3597 §5).
  mutating func append(generic octets: Span<UInt8>, _ range: Range<Int>) {
    append(text: "\\# ")
    append(decimal: UInt(range.count))
    guard !range.isEmpty else { return }
    append(0x20)
    append(hex: octets, range)
  }
}
