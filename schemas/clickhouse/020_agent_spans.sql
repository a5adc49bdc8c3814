-- What an agent did on one UTC day: logged in, paused, in a queue, with a caller, in wrap-up. The row with the highest
-- version holds. A span without an end went on when the last event of the day came.
CREATE TABLE IF NOT EXISTS agent_spans
(
    tenant_id LowCardinality(String),
    agent_id String,
    day_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    version UInt64,
    spans Array(Tuple(kind String, scope String, from DateTime64(6, 'UTC'), to Nullable(DateTime64(6, 'UTC')), reason String, queue_id String, told Bool)),
    events UInt32,
    last_event_at DateTime64(6, 'UTC'),
    updated_at DateTime64(6, 'UTC')
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(day_at)
ORDER BY (tenant_id, agent_id, day_at)
SETTINGS index_granularity = 512, fsync_after_insert = 1, fsync_part_directory = 1
