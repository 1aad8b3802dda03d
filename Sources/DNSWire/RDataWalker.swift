/// Walks the fields of one record's rdata, checking each and, if its output is text, writing it.
///
/// That one walk does both keeps them from disagreeing: what was checked is what can be written.
struct RDataWalker<Output: RDataOutput>: ~Escapable {
  let type: RecordType
  let recordClass: RecordClass
  var reader: WireReader
  var output: Output
  /// Set by fields that are well formed but whose meaning is not known: the text is then RFC 3597's.
  private(set) var isOpaque = false

  /// `reader` must stand at the rdata and end with it.
  @_lifetime(copy reader)
  init(_ reader: WireReader, type: RecordType, recordClass: RecordClass, output: Output) {
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
  mutating func write(_ body: (inout [UInt8], Span<UInt8>) -> Void) {
    guard Output.isText else { return }
    output.startField()
    body(&output.text, reader.octets)
  }
}

/// What becomes of the fields.
protocol RDataOutput {
  /// False lets the compiler leave out the writing.
  static var isText: Bool { get }
  var text: [UInt8] { get set }
  mutating func startField()
}

/// For checking alone.
struct NoOutput: RDataOutput {
  static var isText: Bool { false }
  var text: [UInt8] {
    get { [] }
    set {}
  }
  mutating func startField() {}
}

/// Fields with a space between them.
struct TextOutput: RDataOutput {
  static var isText: Bool { true }
  var text: [UInt8]
  private var isFirst = true

  init(appendingTo text: [UInt8]) { self.text = text }

  mutating func startField() {
    if !isFirst { text.append(0x20) }
    isFirst = false
  }
}

// MARK: Presentation

extension RecordView {
  /// Appends the rdata in presentation form: the type's own, or that of RFC 3597 §5 for types without one.
  ///
  /// Names have their final dot and the case they came in; Base64 and hexadecimal are not broken by spaces.
  package func writeData(to output: inout [UInt8]) {
    let start = output.count
    if type.netBIOSMnemonic(in: dialect) != nil { return output.append(generic: octets, ref.data) }
    var text: [UInt8] = []
    swap(&text, &output)
    var walker = RDataWalker(
      dataReader, type: type, recordClass: self.class, output: TextOutput(appendingTo: text))
    text = []
    let isWhole = (try? walker.walk()) != nil && !walker.isOpaque
    swap(&output, &walker.output.text)
    // No octets and so no fields: `\# 0` can be seen, an empty text cannot; and in an update a record without
    // data stands for others (RFC 2136 §2.4, §2.5).
    let isEmpty = output.count == start || ref.dataCount == 0 && (self.class == .any || self.class == .none)
    guard !isWhole || isEmpty else { return }
    output.removeSubrange(start...)
    output.append(generic: octets, ref.data)
  }

  /// The rdata in presentation form.
  package var dataPresentation: String {
    var text: [UInt8] = []
    writeData(to: &text)
    return String(decoding: text, as: UTF8.self)
  }
}

extension [UInt8] {
  /// `\# 4 0a000001`: the form that any rdata can have (RFC 3597 §5).
  mutating func append(generic octets: Span<UInt8>, _ range: Range<Int>) {
    append(text: "\\# ")
    append(decimal: UInt(range.count))
    guard !range.isEmpty else { return }
    append(0x20)
    append(hex: octets, range)
  }
}
