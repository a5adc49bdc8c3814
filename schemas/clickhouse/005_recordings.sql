-- One recording is one row, whether its call is known or not.
CREATE TABLE IF NOT EXISTS recordings
(
    tenant_id LowCardinality(String),
    recording_id String,
    version UInt64,
    call_key String,
    call_id String,
    leg_id String,
    status LowCardinality(String),
    failure_reason LowCardinality(String),
    started_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    duration_ms Nullable(UInt64),
    format LowCardinality(String),
    content_type LowCardinality(String),
    channels Nullable(UInt8),
    bytes Nullable(UInt64),
    sha256 String,
    bucket LowCardinality(String),
    object_key String,
    direction LowCardinality(String),
    caller_number String,
    callee_number String,
    caller_name String,
    queue_id LowCardinality(String),
    agent_id LowCardinality(String),
    updated_at DateTime64(6, 'UTC'),
    INDEX started started_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant_id, recording_id)
SETTINGS index_granularity = 2048, fsync_after_insert = 1, fsync_part_directory = 1
