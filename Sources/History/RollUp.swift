import Bytes
import SQLite
import TraceModel

/// The file that sums up the days: who asked for which name and was told which address, first, last and how often.
struct RollUp: ~Copyable {
  private let database: Database
  private var names = IDCache(room: 1 << 15)
  private var programs: [Program: Int64] = [:]

  private var statements: Statements

  /// The statements that write.
  private struct Statements: ~Copyable {
    var findName: Statement
    var insertName: Statement
    var lowerFirst: Statement
    var findProgram: Statement
    var insertProgram: Statement
    var asked: RowInserter
    var told: RowInserter
    var advance: Statement

    init(_ database: borrowing Database) throws(SQLiteError) {
      let findName = try database.prepare("SELECT id, first FROM name WHERE labels = ?1")
      let insertName = try database.prepare("INSERT INTO name(text, labels, first) VALUES(?1, ?2, ?3)")
      let lowerFirst = try database.prepare("UPDATE name SET first = ?2 WHERE id = ?1 AND first > ?2")
      let findProgram = try database.prepare(
        "SELECT id FROM program WHERE name = ?1 AND executable = ?2 AND uid = ?3 AND container = ?4")
      let insertProgram = try database.prepare(
        """
        INSERT INTO program(name, executable, uid, container, user, container_name) VALUES(?1, ?2, ?3, ?4, ?5, ?6)
        """)
      let asked = try RowInserter(
        database, into: "asked", columns: 6,
        conflict: """
          ON CONFLICT(name, program) DO UPDATE SET first = min(first, excluded.first),
            last = max(last, excluded.last), count = count + excluded.count, failed = failed + excluded.failed
          """)
      let told = try RowInserter(
        database, into: "told", columns: 6,
        conflict: """
          ON CONFLICT(address, name, program) DO UPDATE SET first = min(first, excluded.first),
            last = max(last, excluded.last), count = count + excluded.count
          """)
      let advance = try database.prepare(
        "INSERT INTO progress VALUES(?1, ?2) ON CONFLICT(day) DO UPDATE SET block = excluded.block")
      self.findName = findName
      self.insertName = insertName
      self.lowerFirst = lowerFirst
      self.findProgram = findProgram
      self.insertProgram = insertProgram
      self.asked = asked
      self.told = told
      self.advance = advance
    }
  }

  static let fileName = "rollup.sqlite"
  private static let mostPrograms = 4096

  init(_ path: String) throws(SchemaError) {
    let database = try Database.history(path, .rollUp)
    let statements = try SchemaError.of { () throws(SQLiteError) in try Statements(database) }
    self.database = database
    self.statements = statements
  }

  /// The last block of a day that is summed up.
  func progress(of day: Day) throws(SQLiteError) -> Int64 {
    try database.number("SELECT block FROM progress WHERE day = '\(day)'") ?? 0
  }

  /// Adds what the blocks of a day up to `block` say that have not been added.
  mutating func add(_ changes: borrowing Changes, _ day: Day, upTo block: Int64) throws(SQLiteError) {
    do throws(SQLiteError) {
      try database.execute("BEGIN IMMEDIATE")
      try write(changes)
      statements.advance.bind(1, text: "\(day)")
      statements.advance.bind(2, block)
      try statements.advance.run()
      try database.execute("COMMIT")
    } catch {
      try? database.execute("ROLLBACK")
      names.removeAll()
      programs = [:]
      throw error
    }
  }

  /// Forgets what was last seen before a day, and which days there were.
  func prune(before day: Day) throws(SQLiteError) {
    let moment = day.start.nanoseconds
    try database.execute(
      """
      BEGIN IMMEDIATE;
      DELETE FROM told WHERE last < \(moment);
      DELETE FROM asked WHERE last < \(moment);
      DELETE FROM progress WHERE day < '\(day)';
      DELETE FROM name WHERE first < \(moment) AND id NOT IN (SELECT name FROM asked);
      DELETE FROM program WHERE id NOT IN (SELECT program FROM asked) AND id NOT IN (SELECT program FROM told);
      COMMIT
      """)
  }

  /// What was found by caches may be gone.
  mutating func forget() {
    names.removeAll()
    programs = [:]
  }

  /// See `DayFile`.
  func settle() { try? database.execute("PRAGMA journal_mode=DELETE") }
}

extension RollUp {
  private mutating func write(_ changes: borrowing Changes) throws(SQLiteError) {
    var names: [Int64] = []
    names.reserveCapacity(changes.names.count)
    for name in changes.names { names.append(try id(of: name, changes)) }
    var programs: [Int64] = []
    for program in changes.programs { programs.append(try id(of: program)) }
    // In the order of the tables, so that neighbours are written together.
    let askedOrder = changes.asked.indices.sorted {
      names[Int(changes.asked[$0].name)] < names[Int(changes.asked[$1].name)]
    }
    statements.asked.begin(askedOrder.count)
    for place in askedOrder {
      let asked = changes.asked[place]
      try statements.asked.insert { statement, start in
        statement.bind(start + 1, names[Int(asked.name)])
        statement.bind(start + 2, programs[Int(asked.program)])
        statement.bind(start + 3, asked.sum.first)
        statement.bind(start + 4, asked.sum.last)
        statement.bind(start + 5, asked.sum.count)
        statement.bind(start + 6, asked.failed)
      }
    }
    let toldOrder = changes.told.indices.sorted { first, second in
      let (first, second) = (changes.told[first].address, changes.told[second].address)
      return (first.high, first.low) < (second.high, second.low)
    }
    var text = ByteWriter()
    statements.told.begin(toldOrder.count)
    for place in toldOrder {
      let told = changes.told[place]
      let asked = changes.asked[Int(told.asked)]
      text.cut(to: 0)
      told.address.write(to: &text)
      try statements.told.insert { statement, start in
        statement.bind(start + 1, text: text.span)
        statement.bind(start + 2, names[Int(asked.name)])
        statement.bind(start + 3, programs[Int(asked.program)])
        statement.bind(start + 4, told.sum.first)
        statement.bind(start + 5, told.sum.last)
        statement.bind(start + 6, told.sum.count)
      }
    }
  }

  private mutating func id(of name: Changes.Name, _ changes: borrowing Changes) throws(SQLiteError) -> Int64 {
    // An old capture may be read after a newer one.
    func lower(_ id: Int64) throws(SQLiteError) {
      statements.lowerFirst.bind(1, id)
      statements.lowerFirst.bind(2, name.first)
      try statements.lowerFirst.run()
    }
    if let id = names[name.key] { return id }
    let text = changes.texts.span.extracting(name.text)
    let labels = LabelText.reversed(text)
    statements.findName.bind(1, text: labels.span)
    let id: Int64
    if try statements.findName.step() {
      id = statements.findName.number(0)
      let isEarlier = statements.findName.number(1) > name.first
      statements.findName.reset()
      if isEarlier { try lower(id) }
    } else {
      statements.insertName.bind(1, text: text)
      statements.insertName.bind(2, text: labels.span)
      statements.insertName.bind(3, name.first)
      try statements.insertName.run()
      id = database.lastRowID
    }
    names.insert(id, for: name.key)
    return id
  }

  private mutating func id(of program: Program) throws(SQLiteError) -> Int64 {
    if let id = programs[program] { return id }
    func bind(_ statement: inout Statement) {
      statement.bind(1, text: program.name)
      statement.bind(2, text: program.executable)
      statement.bind(3, program.uid)
      statement.bind(4, text: program.container)
    }
    bind(&statements.findProgram)
    let id: Int64
    if try statements.findProgram.step() {
      id = statements.findProgram.number(0)
      statements.findProgram.reset()
    } else {
      bind(&statements.insertProgram)
      statements.insertProgram.bind(5, text: program.user)
      statements.insertProgram.bind(6, text: program.containerName)
      try statements.insertProgram.run()
      id = database.lastRowID
    }
    if programs.count >= Self.mostPrograms { programs = [:] }
    programs[program] = id
    return id
  }
}

/// Who asks, as the roll-up tells apart: processes come and go, programs stay. Empty texts stand for what is not known.
struct Program: Hashable, Sendable {
  var name = ""
  var executable = ""
  /// -1 when it is not known.
  var uid: Int64 = -1
  var container = ""
  // Of the first process that was seen of it.
  var user = ""
  var containerName = ""

  static func == (left: Program, right: Program) -> Bool {
    left.uid == right.uid && left.name == right.name && left.executable == right.executable
      && left.container == right.container
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(executable)
    hasher.combine(uid)
    hasher.combine(container)
  }
}

extension Program {
  init(_ process: ObservedProcess?) {
    guard let process else { return }
    let details = process.details
    name = process.task.name.description
    executable = details?.executable ?? ""
    if process.task.credentials.uid != Credentials.unknownID { uid = Int64(process.task.credentials.uid) }
    container = details?.container?.id ?? ""
    user = details?.user ?? ""
    containerName = details?.container?.metadata.name ?? ""
  }

  /// A process of it, with what a filter asks for.
  var process: ObservedProcess {
    let task = TaskSnapshot(
      identity: ProcessIdentity(pid: 0, startTime: 0), tid: 0,
      credentials: Credentials(
        uid: UInt32(exactly: uid) ?? Credentials.unknownID, gid: Credentials.unknownID),
      name: TaskName(name), threadName: TaskName(name), source: .unknown)
    let container = Container(
      id: self.container, runtime: nil,
      Container.Metadata(name: containerName.isEmpty ? nil : containerName))
    return ObservedProcess(
      task,
      ProcessDetails(
        executable: executable.isEmpty ? nil : executable, container: self.container.isEmpty ? nil : container
      ))
  }
}
