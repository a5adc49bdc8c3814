-- Every event of every call, as it came: a grow-only set. Inserting a row again changes nothing.
-- Small granules, because a call is re-assembled by reading its few events.
CREATE TABLE IF NOT EXISTS call_events
(
    tenant_id LowCardinality(String),
    call_started_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    call_id String,
    event_id String,
    content_hash String,
    observed_order UInt64,
    type LowCardinality(String),
    occurred_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    event String CODEC(ZSTD(3))
)
ENGINE = ReplacingMergeTree(observed_order)
PARTITION BY toYYYYMM(call_started_at)
ORDER BY (tenant_id, call_started_at, call_id, event_id, content_hash)
SETTINGS index_granularity = 512, fsync_after_insert = 1, fsync_part_directory = 1
