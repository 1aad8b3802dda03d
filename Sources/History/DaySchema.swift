import SQLite

/// The file of one day. Documentation/Output.md describes the tables for readers.
extension Schema {
  static let day = Schema(
    application: application,
    steps: [
      """
      CREATE TABLE trace(
        id INTEGER PRIMARY KEY, started INTEGER, version TEXT, host TEXT, machine TEXT, boot TEXT, boot_time INTEGER, tier TEXT);
      CREATE TABLE block(
        id INTEGER PRIMARY KEY, trace INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
        earliest INTEGER NOT NULL, latest INTEGER NOT NULL);
      CREATE TABLE name(id INTEGER PRIMARY KEY, text TEXT NOT NULL);
      CREATE TABLE label(labels TEXT NOT NULL, name INTEGER NOT NULL, PRIMARY KEY(labels, name)) WITHOUT ROWID;
      CREATE TABLE process(
        id INTEGER PRIMARY KEY, pid INTEGER NOT NULL, started INTEGER, exec INTEGER, tid INTEGER, name TEXT, thread TEXT,
        uid INTEGER, gid INTEGER, parent INTEGER, cgroup_id INTEGER, netns INTEGER, source INTEGER, has_details INTEGER,
        executable TEXT, arguments TEXT, inherited INTEGER, directory TEXT, user TEXT, group_name TEXT, parent_pid INTEGER,
        parent_name TEXT, parent_executable TEXT, cgroup TEXT, container TEXT, container_runtime TEXT, container_name TEXT,
        container_image TEXT, pod TEXT, pod_namespace TEXT);
      CREATE TABLE path(
        id INTEGER PRIMARY KEY, transport TEXT NOT NULL, client TEXT, server TEXT, server_port INTEGER, protocol TEXT NOT NULL,
        recognition INTEGER NOT NULL, direction INTEGER NOT NULL, interface INTEGER, interface_name TEXT, netns INTEGER,
        in_target INTEGER NOT NULL);
      CREATE TABLE message(id INTEGER PRIMARY KEY, octets BLOB NOT NULL);
      CREATE TABLE exchange(
        id INTEGER PRIMARY KEY, time INTEGER NOT NULL, latency INTEGER, outcome INTEGER NOT NULL, rcode INTEGER,
        name INTEGER, type INTEGER, process INTEGER, method INTEGER NOT NULL, client_port INTEGER, query_path INTEGER,
        answer_path INTEGER, message_id INTEGER, query INTEGER, answer INTEGER, flags INTEGER NOT NULL, more BLOB);
      CREATE TABLE name_block(name INTEGER NOT NULL, block INTEGER NOT NULL, PRIMARY KEY(name, block)) WITHOUT ROWID;
      CREATE TABLE process_block(process INTEGER NOT NULL, block INTEGER NOT NULL, PRIMARY KEY(process, block)) WITHOUT ROWID;
      CREATE VIEW exchanges AS SELECT
        exchange.id, strftime('%Y-%m-%dT%H:%M:%fZ', exchange.time / 1e9, 'unixepoch') AS at, exchange.time,
        exchange.latency / 1e6 AS milliseconds,
        CASE outcome WHEN 0 THEN 'answered' WHEN 1 THEN 'unanswered' WHEN 2 THEN 'late' WHEN 3 THEN 'repeated'
          WHEN 4 THEN 'unsolicited' ELSE 'pending' END AS outcome,
        exchange.rcode, name.text AS name, exchange.type, process.pid, process.name AS process, process.executable,
        process.user, process.container_name, path.transport, path.client, exchange.client_port, path.server,
        path.server_port
      FROM exchange LEFT JOIN name ON name.id = exchange.name LEFT JOIN process ON process.id = exchange.process
        LEFT JOIN path ON path.id = coalesce(exchange.query_path, exchange.answer_path);
      """
    ])

  /// What sums the days up.
  static let rollUp = Schema(
    application: application,
    steps: [
      """
      CREATE TABLE name(
        id INTEGER PRIMARY KEY, text TEXT NOT NULL, labels TEXT NOT NULL UNIQUE, first INTEGER NOT NULL);
      CREATE INDEX name_first ON name(first);
      CREATE TABLE program(
        id INTEGER PRIMARY KEY, name TEXT NOT NULL, executable TEXT NOT NULL, uid INTEGER NOT NULL, user TEXT NOT NULL,
        container TEXT NOT NULL, container_name TEXT NOT NULL, UNIQUE(name, executable, uid, container));
      CREATE TABLE asked(
        name INTEGER NOT NULL, program INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
        count INTEGER NOT NULL, failed INTEGER NOT NULL, PRIMARY KEY(name, program)) WITHOUT ROWID;
      CREATE TABLE told(
        address TEXT NOT NULL, name INTEGER NOT NULL, program INTEGER NOT NULL, first INTEGER NOT NULL,
        last INTEGER NOT NULL, count INTEGER NOT NULL, PRIMARY KEY(address, name, program)) WITHOUT ROWID;
      CREATE TABLE progress(day TEXT PRIMARY KEY, block INTEGER NOT NULL) WITHOUT ROWID;
      """
    ])

  /// "qryH"
  private static let application: Int32 = 0x7172_7948
}
