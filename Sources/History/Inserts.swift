import Bytes
import Formats
import PacketDecoding
import SQLite
import TraceModel

/// The statements that write to the file of a day.
struct Inserts: ~Copyable {
  var exchange: RowInserter
  private var message: Statement
  private var findName: Statement
  private var name: Statement
  private var label: Statement
  private var process: Statement
  private var path: Statement
  private var nameBlock: Statement
  private var processBlock: Statement
  private var block: Statement

  init(_ database: borrowing Database) throws(SQLiteError) {
    let exchange = try RowInserter(
      database,
      into: """
        exchange(time, latency, outcome, rcode, name, type, process, method, client_port, query_path, answer_path, message_id,
          query, answer, flags, more)
        """, columns: 16)
    let message = try database.prepare("INSERT INTO message(octets) VALUES(?1)")
    let findName = try database.prepare("SELECT name FROM label WHERE labels = ?1")
    let name = try database.prepare("INSERT INTO name(text) VALUES(?1)")
    let label = try database.prepare("INSERT INTO label(labels, name) VALUES(?1, ?2)")
    let process = try database.prepare(
      "INSERT INTO process VALUES(NULL\((1...ProcessRow.columnCount).map { ", ?\($0)" }.joined()))")
    let path = try database.prepare(
      "INSERT INTO path VALUES(NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")
    let nameBlock = try database.prepare("INSERT INTO name_block VALUES(?1, ?2)")
    let processBlock = try database.prepare("INSERT INTO process_block VALUES(?1, ?2)")
    let block = try database.prepare("INSERT INTO block VALUES(?1, ?2, ?3, ?4, ?5, ?6)")
    self.exchange = exchange
    self.message = message
    self.findName = findName
    self.name = name
    self.label = label
    self.process = process
    self.path = path
    self.nameBlock = nameBlock
    self.processBlock = processBlock
    self.block = block
  }

  mutating func message(_ octets: Span<UInt8>, _ database: borrowing Database) throws(SQLiteError) -> Int64 {
    message.bind(1, blob: octets)
    try message.run()
    return database.lastRowID
  }

  /// The id of a name, which is stored unless it is there.
  mutating func nameID(_ text: Span<UInt8>, _ database: borrowing Database) throws(SQLiteError) -> Int64 {
    let labels = LabelText.reversed(text)
    findName.bind(1, text: labels.span)
    if try findName.step() {
      defer { findName.reset() }
      return findName.number(0)
    }
    name.bind(1, text: text)
    try name.run()
    let id = database.lastRowID
    label.bind(1, text: labels.span)
    label.bind(2, id)
    try label.run()
    return id
  }

  mutating func process(_ observed: ObservedProcess, _ database: borrowing Database) throws(SQLiteError)
    -> Int64
  {
    ProcessRow.bind(observed, to: &process)
    try process.run()
    return database.lastRowID
  }

  mutating func path(
    _ common: MessagePath, interfaceName: String?, _ database: borrowing Database
  ) throws(SQLiteError) -> Int64 {
    let service = NameService(
      Flow(
        transport: common.transport, source: Endpoint(address: common.client, port: 0),
        destination: common.server),
      common.recognition)
    path.bind(1, text: common.transport.name)
    if common.transport == .unix {
      for place: Int32 in 2...4 { path.bindNull(place) }
    } else {
      path.bind(2, text: common.client.description)
      path.bind(3, text: common.server.address.description)
      path.bind(4, Int64(common.server.port))
    }
    path.bind(5, text: service.rawValue)
    path.bind(6, Int64(common.recognition.rawValue))
    path.bind(7, Int64(common.direction.rawValue))
    path.bind(8, common.interfaceIndex == 0 ? nil : Int64(common.interfaceIndex))
    path.bind(9, text: interfaceName)
    path.bind(10, common.networkNamespace == 0 ? nil : Int64(common.networkNamespace))
    path.bind(11, common.isInTarget ? 1 : 0)
    try path.run()
    return database.lastRowID
  }

  mutating func note(name: Int64, in block: Int64) throws(SQLiteError) {
    nameBlock.bind(1, name)
    nameBlock.bind(2, block)
    try nameBlock.run()
  }

  mutating func note(process: Int64, in block: Int64) throws(SQLiteError) {
    processBlock.bind(1, process)
    processBlock.bind(2, block)
    try processBlock.run()
  }

  mutating func block(_ id: Int64, trace: Int64, _ written: DayFile.Block) throws(SQLiteError) {
    block.bind(1, id)
    block.bind(2, trace)
    block.bind(3, written.first)
    block.bind(4, written.last)
    block.bind(5, written.earliest.nanoseconds)
    block.bind(6, written.latest.nanoseconds)
    try block.run()
  }

  func trace(_ trace: TraceIdentity, _ database: borrowing Database) throws(SQLiteError) -> Int64 {
    var statement = try database.prepare("INSERT INTO trace VALUES(NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7)")
    statement.bind(1, trace.started.nanoseconds)
    statement.bind(2, text: trace.version)
    statement.bind(3, text: trace.host.name)
    statement.bind(4, text: trace.host.machineID)
    statement.bind(5, text: trace.host.bootID)
    statement.bind(6, trace.host.bootTime.nanoseconds)
    statement.bind(7, text: trace.host.tier)
    try statement.run()
    return database.lastRowID
  }
}
