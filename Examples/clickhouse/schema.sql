-- Tables for the exchanges of many hosts, for ClickHouse 23.8 and later:
--   clickhouse-client --multiquery < schema.sql
-- querent-server --export clickhouse=http://HOST:8123 inserts into querent.exchanges.

CREATE DATABASE IF NOT EXISTS querent;

-- One row per exchange. (host_id, day, id) identifies it; a batch that is sent twice gives the same rows. A batch is of one day, so
-- of one partition, so it is inserted as a whole or not at all. The token of the batch makes ClickHouse skip most repetitions
-- (non_replicated_deduplication_window; a ReplicatedReplacingMergeTree has that by itself), and ReplacingMergeTree removes the others when parts are merged:
-- SELECT … FINAL sees each row once at any time.
CREATE TABLE IF NOT EXISTS querent.exchanges
(
  host_id LowCardinality(String),
  host LowCardinality(String),
  day Date,
  id UInt64,
  time_ns Int64 CODEC(Delta, ZSTD),
  time DateTime64(9, 'UTC') MATERIALIZED fromUnixTimestamp64Nano(time_ns),
  outcome LowCardinality(String),
  latency_ns UInt64 CODEC(T64, ZSTD),
  rcode LowCardinality(String),
  name String CODEC(ZSTD),
  type LowCardinality(String),
  answers Array(String) CODEC(ZSTD),
  addresses Array(String) CODEC(ZSTD),
  protocol LowCardinality(String),
  transport LowCardinality(String),
  role LowCardinality(String),
  client String CODEC(ZSTD),
  client_port UInt16,
  server LowCardinality(String),
  server_port UInt16,
  retries UInt16,
  method LowCardinality(String),
  process LowCardinality(String),
  pid UInt32,
  entity_id String CODEC(ZSTD),
  uid UInt32,
  user LowCardinality(String),
  executable LowCardinality(String),
  args Array(String) CODEC(ZSTD),
  parent LowCardinality(String),
  cgroup LowCardinality(String),
  container_id LowCardinality(String),
  container LowCardinality(String),
  image LowCardinality(String),
  pod LowCardinality(String),
  namespace LowCardinality(String),
  answered_by LowCardinality(String),
  answered_from LowCardinality(String),
  forwarded_to Array(LowCardinality(String)),
  on_behalf_of Array(LowCardinality(String)),
  INDEX addresses addresses TYPE bloom_filter GRANULARITY 4,
  INDEX process process TYPE set(256) GRANULARITY 4
)
ENGINE = ReplacingMergeTree
PARTITION BY day
ORDER BY (toStartOfHour(toDateTime(intDiv(time_ns, 1000000000), 'UTC')), name, time_ns, host_id, id)
TTL day + INTERVAL 90 DAY
SETTINGS non_replicated_deduplication_window = 1000, ttl_only_drop_parts = 1;

-- Passive DNS: which program received which address for which name, first and last. Every column comes to the same when a batch is
-- counted twice: read them with minMerge, maxMerge and uniqCombinedMerge, grouped by the others. `exchanges` is exact for small
-- numbers only. A server's answers are of no program of its host.
CREATE TABLE IF NOT EXISTS querent.passive_dns
(
  address String,
  name String,
  process LowCardinality(String),
  executable LowCardinality(String),
  uid UInt32,
  user LowCardinality(String),
  container_id LowCardinality(String),
  container LowCardinality(String),
  host_id LowCardinality(String),
  host LowCardinality(String),
  first_ns AggregateFunction(min, Int64),
  last_ns AggregateFunction(max, Int64),
  exchanges AggregateFunction(uniqCombined, Date, UInt64),
  last_day SimpleAggregateFunction(max, Date)
)
ENGINE = AggregatingMergeTree
ORDER BY (address, name, process, executable, uid, user, container_id, container, host_id, host)
TTL last_day + INTERVAL 400 DAY;

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
  uniqCombinedState(day, id) AS exchanges,
  max(day) AS last_day
FROM querent.exchanges
ARRAY JOIN addresses AS address
GROUP BY address, name, process, executable, uid, user, container_id, container, host_id, host;
