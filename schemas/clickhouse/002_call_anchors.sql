-- The anchor of each call key, so that events which do not carry it find their call.
CREATE TABLE IF NOT EXISTS call_anchors
(
    tenant_id LowCardinality(String),
    call_key String,
    call_started_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1))
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant_id, call_key)
SETTINGS index_granularity = 512, fsync_after_insert = 1, fsync_part_directory = 1
