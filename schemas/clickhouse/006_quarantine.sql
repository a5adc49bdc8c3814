-- Records that could not be used, with their bytes and the reason.
CREATE TABLE IF NOT EXISTS quarantine
(
    tenant_id LowCardinality(String),
    quarantine_id String,
    received_at DateTime64(6, 'UTC'),
    stage LowCardinality(String),
    source String,
    switch_id LowCardinality(String),
    code LowCardinality(String),
    message String,
    field String,
    raw String CODEC(ZSTD(3))
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant_id, quarantine_id)
SETTINGS index_granularity = 512, fsync_after_insert = 1, fsync_part_directory = 1
