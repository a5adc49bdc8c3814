-- Records that could not be used, with their bytes and the reason. Of a record that came several times the first
-- reception is kept, so that it counts once and in one hour.
CREATE TABLE IF NOT EXISTS quarantined_records
(
    tenant_id LowCardinality(String),
    quarantine_id String,
    received_at DateTime64(6, 'UTC'),
    received_order UInt64,
    stage LowCardinality(String),
    source String,
    switch_id LowCardinality(String),
    code LowCardinality(String),
    message String,
    field String,
    raw String CODEC(ZSTD(3)),
    boot_id String,
    native_seq Nullable(UInt64),
    asked_switch_id String,
    bound_switch_id String,
    record_bytes UInt64
)
ENGINE = ReplacingMergeTree(received_order)
ORDER BY (tenant_id, quarantine_id)
SETTINGS index_granularity = 512, fsync_after_insert = 1, fsync_part_directory = 1
