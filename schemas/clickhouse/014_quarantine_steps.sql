-- What was done about quarantined records: a grow-only set, from which each record's status follows.
CREATE TABLE IF NOT EXISTS quarantine_steps
(
    tenant_id LowCardinality(String),
    quarantine_id String,
    attempt_id String,
    step LowCardinality(String),
    asked_at DateTime64(6, 'UTC'),
    at DateTime64(6, 'UTC'),
    actor String,
    corrected Bool,
    switch_id String,
    raw String CODEC(ZSTD(3)),
    events UInt32,
    event_ids Array(String),
    code LowCardinality(String),
    message String,
    field String
)
ENGINE = ReplacingMergeTree(at)
ORDER BY (tenant_id, quarantine_id, attempt_id, step)
SETTINGS index_granularity = 512, fsync_after_insert = 1, fsync_part_directory = 1
