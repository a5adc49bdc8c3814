-- What subscribers were last told about each call. A row that is not `sent` holds notifications that may or may not have
-- been published: they are published again, as they are, before anything else is told.
CREATE TABLE IF NOT EXISTS announced_calls
(
    tenant_id LowCardinality(String),
    call_started_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    call_id String,
    revision UInt64,
    version UInt64,
    state LowCardinality(String),
    sent Bool,
    facts String CODEC(ZSTD(3)),
    notifications Array(String) CODEC(ZSTD(3))
)
ENGINE = ReplacingMergeTree(revision)
PARTITION BY toYYYYMM(call_started_at)
ORDER BY (tenant_id, call_started_at, call_id)
SETTINGS index_granularity = 512, fsync_after_insert = 1, fsync_part_directory = 1
