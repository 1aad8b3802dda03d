-- Tables for the exchanges of many hosts, for ClickHouse 18.16, which Debian 12 has:
--   clickhouse-client --multiquery < schema-18.16.sql
-- querent-server --export clickhouse=http://HOST:8123 inserts into querent.exchanges.
-- This version knows no tokens and no TTL: repeated rows are removed when parts are merged (SELECT … FINAL sees each once), and old
-- days are dropped by ALTER TABLE querent.exchanges DROP PARTITION '2026-08-31'.

CREATE DATABASE IF NOT EXISTS querent;

-- One row per exchange. (host_id, day, id) identifies it; a batch that is sent twice gives the same rows. A batch is of one day, so
-- of one partition, so it is inserted as a whole or not at all.
CREATE TABLE IF NOT EXISTS querent.exchanges
(
  host_id String,
  host String,
  day Date,
  id UInt64,
  time_ns Int64,
  time DateTime MATERIALIZED toDateTime(intDiv(time_ns, 1000000000)),
  outcome String,
  latency_ns UInt64,
  rcode String,
  name String,
  type String,
  answers Array(String),
  addresses Array(String),
  protocol String,
  transport String,
  role String,
  client String,
  client_port UInt16,
  server String,
  server_port UInt16,
  retries UInt16,
  method String,
  process String,
  pid UInt32,
  entity_id String,
  uid UInt32,
  user String,
  executable String,
  args Array(String),
  parent String,
  cgroup String,
  container_id String,
  container String,
  image String,
  pod String,
  namespace String,
  answered_by String,
  answered_from String,
  forwarded_to Array(String),
  on_behalf_of Array(String)
)
ENGINE = ReplacingMergeTree
PARTITION BY day
ORDER BY (intDiv(time_ns, 3600000000000), name, time_ns, host_id, id);

-- Passive DNS: which program received which address for which name, first and last. Every column comes to the same when a batch is
-- counted twice: read them with minMerge, maxMerge and uniqCombinedMerge, grouped by the others. `exchanges` is exact for small
-- numbers only. A server's answers are of no program of its host.
CREATE TABLE IF NOT EXISTS querent.passive_dns
(
  address String,
  name String,
  process String,
  executable String,
  uid UInt32,
  user String,
  container_id String,
  container String,
  host_id String,
  host String,
  first_ns AggregateFunction(min, Int64),
  last_ns AggregateFunction(max, Int64),
  exchanges AggregateFunction(uniqCombined, Date, UInt64)
)
ENGINE = AggregatingMergeTree
ORDER BY (address, name, process, executable, uid, user, container_id, container, host_id, host);

CREATE MATERIALIZED VIEW IF NOT EXISTS querent.passive_dns_view TO querent.passive_dns AS
SELECT
  address,
  name,
  if(role = 'client', process, '') AS process,
  if(role = 'client', executable, '') AS executable,
  if(role = 'client', uid, 0) AS uid,
  if(role = 'client', user, '') AS user,
  if(role = 'client', container_id, '') AS container_id,
  if(role = 'client', container, '') AS container,
  host_id,
  host,
  minState(time_ns) AS first_ns,
  maxState(time_ns) AS last_ns,
  uniqCombinedState(day, id) AS exchanges
FROM querent.exchanges
ARRAY JOIN addresses AS address
GROUP BY address, name, process, executable, uid, user, container_id, container, host_id, host;
