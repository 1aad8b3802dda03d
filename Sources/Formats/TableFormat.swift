package import Bytes
import TraceModel
package import Correlation
import DNSWire
import PacketDecoding

/// One line per exchange, for a terminal.
///
/// On a narrow terminal columns are reduced in a fixed order; the remaining width is given to the name and
/// the answer. Without a width (a pipe) nothing is cut.
package struct TableFormat: Encoder {
  private let host: Host
  private let style: Style
  private let columns: [(column: Column, width: Int)]
  private let isCodeShown: Bool
  private let isCut: Bool
  private let names: Names

  /// How internationalised names are shown: as A-labels, or in Unicode where that is safe.
  package enum Names: Sendable { case ascii, unicode }

  /// Whether escape sequences for colour may be written.
  package enum Style: Sendable { case plain, colour }

  /// - Parameters:
  ///   - width: the terminal's columns; nil if there is no terminal.
  ///   - unit: the unit of a line: a lookup may have several types.
  package init(host: Host, width: Int?, style: Style, names: Names = .ascii, unit: Unit = .exchanges) {
    self.host = host
    self.style = style
    self.names = names
    isCut = width != nil
    columns = Column.fit(width: width, for: unit)
    isCodeShown = columns.contains { $0.column == .code }
  }

  package mutating func start(_ output: inout ByteWriter) {
    var line = Line(style: style)
    for (column, width) in columns {
      line.cell(
        column.title.utf8.span, width: width, cut: isCut, right: column.isNumber, colour: .bold, to: &output)
    }
    line.finish(to: &output)
  }

  package mutating func encode(_ exchange: borrowing Exchange, sequence: UInt64, to output: inout ByteWriter)
  {
    var line = Line(style: style)
    var text = ByteWriter(room: 256)
    for (column, width) in columns {
      text.cut(to: 0)
      let colour = write(column, width: width, of: exchange, to: &text)
      line.cell(text.span, width: width, cut: isCut, right: column.isNumber, colour: colour, to: &output)
    }
    line.finish(to: &output)
  }
}

// MARK: Cells

extension TableFormat {
  private func write(
    _ column: Column, width: Int, of exchange: borrowing Exchange, to text: inout ByteWriter
  ) -> Colour {

    switch column {
    case .time:
      CivilTime(exchange.time, offset: host.clockOffsets.seconds(at: exchange.time))
        .writeClock(to: &text, digits: width < column.width ? 0 : 3)
      return .dim
    case .process:
      guard let owner = exchange.owner, !owner.name.isEmpty else {
        text.append(fixed: "?")
        return .yellow
      }
      text.append(escaping: owner.name)
      return .bold
    case .pid:
      if let owner = exchange.owner { text.append(decimal: owner.identity.pid) }
      return .plain
    case .name:
      writeName(exchange, to: &text)
      return .plain
    case .type:
      writeType(exchange, to: &text)
      return .plain
    case .answer: return writeAnswer(exchange, to: &text)
    case .code:
      guard let answer = exchange.answer else { return .plain }
      answer.responseCode.write(to: &text)
      return answer.responseCode == .noError ? .plain : .red
    case .latency:
      if let latency = exchange.latency { Self.write(latency: latency, to: &text) }
      return .dim
    case .server:
      writeServer(exchange, width: width, to: &text)
      return .dim
    }
  }

  /// The queried name; for an answer without a question, the owner name of its first record.
  private func writeName(_ exchange: borrowing Exchange, to text: inout ByteWriter) {
    let answering = exchange.answer?.message
    if let name = exchange.question?.qname {
      write(name, to: &text)
    } else if let name = answering?.answers.first?.name {
      write(name, to: &text)
    }
  }

  private func write(_ name: NameView, to text: inout ByteWriter) {
    if names == .unicode, let unicode = name.unicode { return text.append(text: unicode) }
    name.write(to: &text, finalDot: false, lowercased: true)
  }

  private func writeAnswer(_ exchange: borrowing Exchange, to text: inout ByteWriter) -> Colour {

    // At the start, where it is visible in a narrow column.
    if exchange.isCapturedInPart { text.append(fixed: "(cut) ") }
    guard let answer = exchange.answer else {
      if exchange.isMessage {
        text.append(fixed: "?")
      } else {
        text.append(fixed: exchange.outcome == .pending ? "still waiting" : "no answer")
      }
      if exchange.retries > 0 {
        text.append(fixed: ", sent ")
        text.append(decimal: exchange.retries + 1)
        text.append(fixed: " times")
      }
      return exchange.isMessage ? .dim : .yellow
    }
    // The records of the queried type, instead of the aliases before them.
    let message = answer.message
    let answers = message.answers
    // Aliases may lead to an error.
    let isFailureShown = answer.responseCode != .noError && !isCodeShown
    if isFailureShown { answer.responseCode.write(to: &text) }
    var needsComma = isFailureShown
    if let lookup = exchange.lookup {
      for (index, exchange) in lookup.exchanges.enumerated()
      where exchange.isFound || index == lookup.deciding {
        guard let message = exchange.answer?.message else { continue }
        Self.writeRecords(
          message.view, hasBothKinds: exchange.view.isLocalLookup, needsComma: &needsComma, to: &text)
      }
    } else {
      Self.writeRecords(message, hasBothKinds: exchange.isLocalLookup, needsComma: &needsComma, to: &text)
    }
    if answers.isEmpty {
      if answer.isCut {
        text.append(fixed: "?")
      } else {
        writeAbsence(message, isAfterCode: isFailureShown, to: &text)
      }
    }
    if answer.header.isTruncated { text.append(fixed: " (truncated)") }
    if exchange.isMessage { return isFailureShown ? .red : .plain }
    switch exchange.outcome {
    case .late, .repeated, .unsolicited:
      text.append(fixed: " (")
      text.append(text: exchange.outcome.rawValue)
      text.append(fixed: ")")
      return .yellow
    case .answered, .unanswered, .pending: return isFailureShown ? .red : .plain
    }
  }

  /// The answers of the queried type, or all if there are none.
  private static func writeRecords(
    _ message: MessageView, hasBothKinds: Bool, needsComma: inout Bool, to text: inout ByteWriter
  ) {
    let wanted = message.question?.qtype
    let answers = message.answers
    let hasWanted = answers.contains { $0.type == wanted }
    var records = answers.makeCursor()
    while let record = records.next() {
      // A lookup over a unix socket may query both kinds of addresses.
      if hasWanted, record.type != wanted, !(hasBothKinds && record.type == .aaaa) { continue }
      if needsComma { text.append(fixed: ", ") }
      needsComma = true
      record.writeData(to: &text)
    }
  }

  /// The queried type; for a lookup, the different types of the name that decided it.
  private func writeType(_ exchange: borrowing Exchange, to text: inout ByteWriter) {
    guard let lookup = exchange.lookup, let name = exchange.question?.qname else {
      exchange.question?.writeType(to: &text)
      return
    }
    var types: [RecordType] = []
    for exchange in lookup.exchanges {
      let view = exchange.view
      guard let question = view.question, question.qname == name, !types.contains(question.qtype) else {
        continue
      }
      if !types.isEmpty { text.append(UInt8(ascii: "+")) }
      types.append(question.qtype)
      question.writeType(to: &text)
    }
  }

  /// Why an answer has no records.
  private func writeAbsence(_ answer: MessageView, isAfterCode: Bool, to text: inout ByteWriter) {
    let isSuccess = answer.responseCode == .noError
    if isSuccess { text.append(fixed: "no records") }
    guard let error = answer.edns?.extendedError else { return }
    if isSuccess || isAfterCode { text.append(fixed: ", ") }
    error.write(to: &text)
  }

  /// Three significant digits: `834us`, `12.3ms`, `4.00s`.
  package static func write(latency: Int64, to text: inout ByteWriter) {
    let microseconds = UInt64(clamping: latency) / 1000
    let (unit, scale): (StaticString, UInt64) =
      microseconds < 1000 ? ("us", 1) : microseconds < 1_000_000 ? ("ms", 1000) : ("s", 1_000_000)
    let whole = microseconds / scale
    text.append(decimal: whole)
    if scale > 1, whole < 100 {
      let digits = whole < 10 ? 2 : 1
      let fraction = microseconds % scale * 100 / scale
      text.append(UInt8(ascii: "."))
      text.append(decimalOf: digits == 2 ? fraction : fraction / 10, digits: digits)
    }
    text.append(fixed: unit)
  }
}

// MARK: Lines

extension TableFormat {
  enum Colour {
    case plain, bold, dim, red, yellow

    var code: StaticString {
      switch self {
      case .plain: ""
      case .bold: "\u{1b}[1m"
      case .dim: "\u{1b}[2m"
      case .red: "\u{1b}[31m"
      case .yellow: "\u{1b}[33m"
      }
    }
  }

  /// A line that is being written; it never ends with spaces.
  private struct Line {
    let style: Style
    private var owed = 0

    init(style: Style) { self.style = style }

    mutating func cell(
      _ text: Span<UInt8>, width: Int, cut: Bool, right: Bool, colour: Colour, to output: inout ByteWriter
    ) {
      var visible = text
      var columns = text.columnCount
      let isLong = cut && columns > width
      if isLong {
        visible = text.extracting(first: text.prefix(columns: max(0, width - 1)))
        columns = visible.columnCount + 1
      }
      let padding = max(0, width - columns)
      if right { owed += padding }
      if !text.isEmpty {
        output.append(spaces: owed)
        owed = 0
        let coloured = style == .colour && colour != .plain
        if coloured { output.append(fixed: colour.code) }
        output.append(octets: visible)
        if isLong { output.append(fixed: "…") }
        if coloured { output.append(fixed: "\u{1b}[0m") }
      }
      owed += (right ? 0 : padding) + 1
    }

    func finish(to output: inout ByteWriter) {
      output.append(UInt8(ascii: "\n"))
    }
  }
}
