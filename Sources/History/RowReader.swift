import Correlation
import DNSWire
import Formats
import PacketDecoding
import SQLite
import TraceModel

/// One exchange of a history.
struct HistoryRow {
  let exchange: StoredExchange
  /// The id of the trace that saw it.
  let trace: Int64
  /// What names of interfaces its messages need.
  let interfaces: [(index: UInt32, networkNamespace: UInt32, name: String)]
}

extension HistoryRow {
  /// The host of the trace, which then names the interfaces of the messages.
  ///
  /// - Parameter hosts: by the ids of traces.
  func host(among hosts: [Int64: Host], _ clockOffsets: ClockOffsets) -> Host {
    let host = hosts[trace] ?? Host(clockOffsets: clockOffsets)
    nameInterfaces(in: host.interfaces)
    return host
  }

  func nameInterfaces(in names: InterfaceNames) {
    for interface in interfaces {
      names.set(interface.name, for: interface.index, interface.networkNamespace)
    }
  }
}

/// Makes exchanges of rows again. What many rows have in common is kept, up to a bound.
struct RowReader: ~Copyable {
  private var findProcess: Statement
  private var findPath: Statement
  private var findMessage: Statement
  private var processes: [Int64: ObservedProcess] = [:]
  private var paths: [Int64: Path] = [:]
  private var reader = MessageReader()
  /// That of the last process and method: neighbours have the same.
  private var last: (process: Int64, method: Int64, attribution: Attribution)?

  fileprivate struct Path {
    let common: MessagePath
    let interfaceName: String?
  }

  private static let mostKept = 4096

  static let select = """
    SELECT id, time, latency, outcome, process, method, client_port, query_path, answer_path, message_id, query, answer, flags,
      more FROM exchange
    """

  init(_ database: borrowing Database) throws(SQLiteError) {
    let findProcess = try database.prepare("SELECT * FROM process WHERE id = ?1")
    let findPath = try database.prepare(
      """
      SELECT transport, client, server, server_port, recognition, direction, interface, netns, in_target, interface_name
        FROM path WHERE id = ?1
      """)
    let findMessage = try database.prepare("SELECT octets FROM message WHERE id = ?1")
    self.findProcess = findProcess
    self.findPath = findPath
    self.findMessage = findMessage
  }

  /// - Parameter row: a row of `select`.
  mutating func row(_ row: borrowing Statement, trace: Int64) throws(SQLiteError) -> HistoryRow {
    let outcome = Outcome(number: row.number(3)) ?? .pending
    let attribution = try attribution(row.number(4), row.number(5))
    let flags = ExchangeFlags(rawValue: row.number(12))
    let more = try more(row.octets(13))
    let time = Timestamp(nanoseconds: row.number(1))
    let port = Int(clamping: row.number(6))
    let id = Int(clamping: row.number(9))
    var interfaces: [(index: UInt32, networkNamespace: UInt32, name: String)] = []
    var (query, answer): (StoredDecodedMessage?, StoredDecodedMessage?)
    if let path = try path(row.optionalNumber(7)) {
      query = try message(
        row.number(10), id: id, path, port: port, time, missing: more.queryMissing,
        isReassembled: flags.contains(.isQueryReassembled), attribution)
      if let name = path.named { interfaces.append(name) }
    }
    if let path = try path(row.optionalNumber(8)) {
      answer = try message(
        row.number(11), id: id + more.answerIDDifference, path, port: port + more.answerPortDifference,
        time.advanced(byNanoseconds: row.number(2)), missing: more.answerMissing,
        isReassembled: flags.contains(.isAnswerReassembled), attribution)
      if let name = path.named { interfaces.append(name) }
    }
    let answeredBy: Attribution? = try more.answeredBy.map { (by) throws(SQLiteError) in
      Attribution(try process(by.process), AttributionMethod(number: by.method))
    }
    let usual = ExchangeBatch.Entry.usualMessageCount(query != nil, answer != nil, outcome, more.retries)
    let exchange = StoredExchange(
      query: query, answer: answer, outcome: outcome, role: flags.contains(.isServer) ? .server : .client,
      retries: more.retries, attribution: attribution, answeredBy: answeredBy,
      isInTarget: flags.contains(.isInTarget), chain: more.chain, messageCount: usual + more.messagesBeyond)
    return HistoryRow(exchange: exchange, trace: trace, interfaces: interfaces)
  }
}

// MARK: Parts of a row

extension RowReader {
  private mutating func more(_ octets: [UInt8]) throws(SQLiteError) -> More {
    guard !octets.isEmpty else { return More() }
    var problem: SQLiteError?
    let more = More(octets) { id in
      do throws(SQLiteError) {
        return try process(id)
      } catch {
        problem = error
        return nil
      }
    }
    if let problem { throw problem }
    return more
  }

  private mutating func attribution(_ process: Int64, _ method: Int64) throws(SQLiteError) -> Attribution {
    if let last, last.process == process, last.method == method { return last.attribution }
    let attribution = Attribution(try self.process(process), AttributionMethod(number: method))
    last = (process, method, attribution)
    return attribution
  }

  private mutating func process(_ id: Int64) throws(SQLiteError) -> ObservedProcess? {
    guard id > 0 else { return nil }
    if let process = processes[id] { return process }
    findProcess.bind(1, id)
    guard try findProcess.step() else { return nil }
    let process = ProcessRow.process(findProcess)
    findProcess.reset()
    if processes.count >= Self.mostKept { processes = [:] }
    processes[id] = process
    return process
  }

  private mutating func path(_ id: Int64?) throws(SQLiteError) -> Path? {
    guard let id else { return nil }
    if let path = paths[id] { return path }
    findPath.bind(1, id)
    guard try findPath.step() else { return nil }
    let none = IPAddress(v4: 0)
    let path = Path(
      common: MessagePath(
        transport: Transport(name: findPath.text(0)), client: IPAddress(findPath.text(1)) ?? none,
        server: Endpoint(
          address: IPAddress(findPath.text(2)) ?? none, port: UInt16(clamping: findPath.number(3))),
        recognition: Recognition(rawValue: UInt8(clamping: findPath.number(4))) ?? .shape,
        direction: Direction(rawValue: UInt8(clamping: findPath.number(5))) ?? .unspecified,
        interfaceIndex: UInt32(clamping: findPath.number(6)),
        networkNamespace: UInt32(clamping: findPath.number(7)), isInTarget: findPath.number(8) != 0),
      interfaceName: findPath.optionalText(9))
    findPath.reset()
    if paths.count >= Self.mostKept { paths = [:] }
    paths[id] = path
    return path
  }

  /// Reads the octets of a message again; nil where they are gone, or damaged.
  private mutating func message(
    _ message: Int64, id: Int, _ path: Path, port: Int, _ time: Timestamp, missing: Int, isReassembled: Bool,
    _ attribution: Attribution
  ) throws(SQLiteError) -> StoredDecodedMessage? {
    findMessage.bind(1, message)
    guard try findMessage.step() else { return nil }
    let octets = [UInt8(truncatingIfNeeded: id >> 8), UInt8(truncatingIfNeeded: id)] + findMessage.octets(0)
    findMessage.reset()
    guard octets.count >= Header.size else { return nil }
    let context = path.common.context(
      clientPort: UInt16(truncatingIfNeeded: port), time: time, length: octets.count + missing,
      isReassembled: isReassembled, isResponse: octets[2] & 0x80 != 0, octets: octets.count, attribution)
    let contexts = [context]
    do {
      let index = try reader.read(DNSPayload(octets.span, contexts.span))
      return StoredDecodedMessage(StoredMessage(copying: reader.view(of: octets.span, index)), context)
    } catch {
      return nil
    }
  }
}

extension RowReader.Path {
  fileprivate var named: (index: UInt32, networkNamespace: UInt32, name: String)? {
    interfaceName.map { (common.interfaceIndex, common.networkNamespace, $0) }
  }
}
