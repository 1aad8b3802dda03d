import Bytes
import Correlation
import DNSWire
import SQLite
import TraceModel

/// The file of one day, open for writing: each transaction is one block of exchanges.
///
/// Names, processes, paths and messages are stored once and found again by caches of fixed size; what a cache has forgotten is
/// stored once more, but names are looked up.
struct DayFile: ~Copyable {
  let day: Day
  private let database: Database
  private let trace: TraceIdentity
  private var insert: Inserts
  private var names = IDCache(room: 1 << 15)
  private var messages = IDCache(room: 1 << 17)
  private var paths = IDCache(room: 1 << 11)
  private var processKeys = IDCache(room: 1 << 12)
  /// Those seen last, kept so that no other object can have the same identity.
  private var processes: [ObjectIdentifier: (process: ObservedProcess, id: Int64)] = [:]
  /// Of the paths of a batch.
  private var pathIDs: [Int64] = []
  /// The id of the trace, once it is stored.
  private var traceID: Int64?
  private(set) var block: Block?
  private var lastExchange: Int64
  private(set) var lastBlock: Int64

  /// What is in the open transaction.
  struct Block {
    var first: Int64
    var last: Int64
    var earliest = Timestamp(nanoseconds: .max)
    var latest = Timestamp(nanoseconds: .min)
    var names: Set<Int64> = []
    var processes: Set<Int64> = []

    var count: Int64 { last - first + 1 }

    mutating func add(_ time: Timestamp) {
      last += 1
      earliest = min(earliest, time)
      latest = max(latest, time)
    }
  }

  private static let mostProcesses = 2048

  init(_ path: String, _ day: Day, _ trace: TraceIdentity) throws(SchemaError) {
    let database = try Database.history(path, .day)
    let insert = try SchemaError.of { () throws(SQLiteError) in try Inserts(database) }
    (lastExchange, lastBlock) = try SchemaError.of { () throws(SQLiteError) in
      (
        try database.number("SELECT max(id) FROM exchange") ?? 0,
        try database.number("SELECT max(id) FROM block") ?? 0
      )
    }
    self.day = day
    self.trace = trace
    self.database = database
    self.insert = insert
  }

  /// Writes exchanges, in a transaction that stays open.
  mutating func append(_ batch: ExchangeBatch, _ rollUp: inout RollUp.Changes) throws(SQLiteError) {
    try begin()
    pathIDs.removeAll(keepingCapacity: true)
    for path in batch.paths { pathIDs.append(try id(of: path, batch.interfaces)) }
    var addresses = batch.addresses[...]
    insert.exchange.begin(batch.count)
    for entry in batch.entries {
      try append(entry, batch, addresses.prefix(Int(entry.addressCount)), &rollUp)
      addresses = addresses.dropFirst(Int(entry.addressCount))
    }
  }

  private mutating func begin() throws(SQLiteError) {
    guard block == nil else { return }
    try database.execute("BEGIN IMMEDIATE")
    block = Block(first: lastExchange + 1, last: lastExchange)
  }

  /// Ends the transaction; gives the block's id.
  mutating func commit() throws(SQLiteError) {
    guard let block else { return }
    if block.count > 0 {
      let id = lastBlock + 1
      let traceID: Int64
      if let known = self.traceID { traceID = known } else { traceID = try insert.trace(trace, database) }
      try insert.block(id, trace: traceID, block)
      try database.execute("COMMIT")
      (self.traceID, lastBlock) = (traceID, id)
    } else {
      try database.execute("COMMIT")
    }
    lastExchange = block.last
    self.block = nil
  }

  /// Takes the transaction back, and forgets what was stored in it.
  mutating func rollBack() {
    try? database.execute("ROLLBACK")
    block = nil
    names.removeAll()
    messages.removeAll()
    paths.removeAll()
    processKeys.removeAll()
    processes = [:]
    // Another attempt may have stored more than this one knows of.
    lastExchange = (try? database.number("SELECT max(id) FROM exchange")) ?? lastExchange
    lastBlock = (try? database.number("SELECT max(id) FROM block")) ?? lastBlock
  }

  /// Makes one file of three, which can be read where nobody may write.
  func settle() { try? database.execute("PRAGMA journal_mode=DELETE") }
}

// MARK: One exchange

extension DayFile {
  private mutating func append(
    _ entry: ExchangeBatch.Entry, _ batch: borrowing ExchangeBatch, _ addresses: ArraySlice<IPAddress>,
    _ rollUp: inout RollUp.Changes
  ) throws(SQLiteError) {
    let octets = batch.octets.span
    var name: Int64?
    if entry.nameCount > 0 {
      let text = batch.name(of: entry)
      let key = IDCache.Key(text)
      name = try id(ofName: text, key)
      rollUp.add(entry, name: text, key, addresses)
    }
    let process = try entry.attribution.process.map { (process) throws(SQLiteError) in try id(of: process) }
    let (query, answer) = (octets.extracting(entry.queryRange), octets.extracting(entry.answerRange))
    let hasQuery = entry.query != nil
    let (queryID, answerID) = (query.messageID, answer.messageID)
    let (queryPath, answerPath) = (
      entry.query.map { pathIDs[Int($0.path)] }, entry.answer.map { pathIDs[Int($0.path)] }
    )
    let queryMessage = hasQuery ? try id(ofMessage: query) : nil
    let answerMessage = entry.answer != nil ? try id(ofMessage: answer) : nil
    let more = try more(
      of: entry, answerIDDifference: hasQuery && entry.answer != nil ? answerID - queryID : 0)
    try insert.exchange.insert { statement, start in
      statement.bind(start + 1, entry.time.nanoseconds)
      statement.bind(start + 2, entry.latency)
      statement.bind(start + 3, entry.outcome.number)
      statement.bind(start + 4, entry.code.map { Int64($0.rawValue) })
      statement.bind(start + 5, name)
      statement.bind(start + 6, entry.type.map { Int64($0.rawValue) })
      statement.bind(start + 7, process)
      statement.bind(start + 8, entry.attribution.method.number)
      statement.bind(start + 9, (entry.query ?? entry.answer).map { Int64($0.clientPort) })
      statement.bind(start + 10, queryPath)
      statement.bind(start + 11, answerPath)
      statement.bind(start + 12, Int64(hasQuery ? queryID : answerID))
      statement.bind(start + 13, queryMessage)
      statement.bind(start + 14, answerMessage)
      statement.bind(start + 15, entry.flags.rawValue)
      if more.isEmpty { statement.bindNull(start + 16) } else { statement.bind(start + 16, blob: more.span) }
    }
    block?.add(entry.time)
    if let name, block?.names.insert(name).inserted == true { try insert.note(name: name, in: lastBlock + 1) }
    if let process { try note(process) }
  }

  /// The column `more`; empty where there is nothing of it.
  private mutating func more(
    of entry: ExchangeBatch.Entry, answerIDDifference: Int
  ) throws(SQLiteError) -> [UInt8] {
    var more = More()
    more.retries = Int(entry.retries)
    more.messagesBeyond = Int(entry.messageCount) - entry.usualMessageCount
    if let query = entry.query { more.queryMissing = Int(query.length - entry.queryCount) }
    if let answer = entry.answer { more.answerMissing = Int(answer.length - entry.answerCount) }
    if let query = entry.query, let answer = entry.answer {
      more.answerPortDifference = Int(answer.clientPort) - Int(query.clientPort)
    }
    more.answerIDDifference = answerIDDifference
    if let answeredBy = entry.answeredBy {
      more.answeredBy = (
        try answeredBy.process.map { (process) throws(SQLiteError) in try id(of: process) } ?? 0,
        answeredBy.method.number
      )
    }
    more.chain = entry.chain
    return try more.packed { (process) throws(SQLiteError) in
      let id = try id(of: process)
      // Who asked a resolver is found by its queries too.
      try note(id)
      return id
    }
  }

  /// Says that the open block has a process.
  private mutating func note(_ process: Int64) throws(SQLiteError) {
    guard block?.processes.insert(process).inserted == true else { return }
    try insert.note(process: process, in: lastBlock + 1)
  }
}

// MARK: What is stored once

extension DayFile {
  private mutating func id(ofName text: Span<UInt8>, _ key: IDCache.Key) throws(SQLiteError) -> Int64 {
    if let id = names[key] { return id }
    let id = try insert.nameID(text, database)
    names.insert(id, for: key)
    return id
  }

  private mutating func id(of process: ObservedProcess) throws(SQLiteError) -> Int64 {
    if let known = processes[ObjectIdentifier(process)] { return known.id }
    let key = IDCache.Key(ProcessRow.identity(process))
    let id: Int64
    if let known = processKeys[key] {
      id = known
    } else {
      id = try insert.process(process, database)
      processKeys.insert(id, for: key)
    }
    if processes.count >= Self.mostProcesses { processes = [:] }
    processes[ObjectIdentifier(process)] = (process, id)
    return id
  }

  private mutating func id(of path: MessagePath, _ interfaces: InterfaceNames) throws(SQLiteError) -> Int64 {
    let key = IDCache.Key { path.combine(into: &$0) }
    if let id = paths[key] { return id }
    let id = try insert.path(
      path, interfaceName: interfaces.name(path.interfaceIndex, path.networkNamespace), database)
    paths.insert(id, for: key)
    return id
  }

  /// Of the octets behind the two of the message's id, which seldom come twice.
  private mutating func id(ofMessage message: Span<UInt8>) throws(SQLiteError) -> Int64 {
    let body = message.extracting(min(2, message.count)..<message.count)
    let key = IDCache.Key(body)
    if let id = messages[key] { return id }
    let id = try insert.message(body, database)
    messages.insert(id, for: key)
    return id
  }
}

extension Span<UInt8> {
  /// The first two octets of a message (RFC 1035 §4.1.1).
  fileprivate var messageID: Int { count < 2 ? 0 : Int(self[0]) << 8 | Int(self[1]) }
}

extension ExchangeBatch.Entry {
  /// How many messages an exchange like this has when nothing is special about it.
  fileprivate var usualMessageCount: Int {
    Self.usualMessageCount(query != nil, answer != nil, outcome, Int(retries))
  }

  static func usualMessageCount(_ hasQuery: Bool, _ hasAnswer: Bool, _ outcome: Outcome, _ retries: Int)
    -> Int
  {
    // The query of these was counted before.
    if outcome == .late || outcome == .repeated { return 1 }
    return (hasQuery ? 1 + retries : 0) + (hasAnswer ? 1 : 0)
  }

  fileprivate var flags: ExchangeFlags {
    var flags: ExchangeFlags = []
    if role == .server { flags.insert(.isServer) }
    if isInTarget { flags.insert(.isInTarget) }
    if query?.isReassembled == true { flags.insert(.isQueryReassembled) }
    if answer?.isReassembled == true { flags.insert(.isAnswerReassembled) }
    return flags
  }
}
