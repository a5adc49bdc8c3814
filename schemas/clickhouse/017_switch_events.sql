-- Everything that switches and their adapters told about themselves, as it came: a grow-only set.
CREATE TABLE IF NOT EXISTS switch_events
(
    tenant_id LowCardinality(String),
    switch_id LowCardinality(String),
    type LowCardinality(String),
    occurred_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    event_id String,
    content_hash String,
    observed_order UInt64,
    observed_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    boot_id LowCardinality(String),
    native_seq Nullable(Int64),
    event String CODEC(ZSTD(3))
)
ENGINE = ReplacingMergeTree(observed_order)
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (tenant_id, switch_id, type, occurred_at, event_id, content_hash)
SETTINGS index_granularity = 512, fsync_after_insert = 1, fsync_part_directory = 1
