-- Every event about an agent, as it came, and every start of a switch (agent_id empty): a grow-only set.
CREATE TABLE IF NOT EXISTS agent_events
(
    tenant_id LowCardinality(String),
    agent_id String,
    occurred_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    event_id String,
    content_hash String,
    observed_order UInt64,
    switch_id LowCardinality(String),
    type LowCardinality(String),
    event String CODEC(ZSTD(3))
)
ENGINE = ReplacingMergeTree(observed_order)
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (tenant_id, agent_id, occurred_at, event_id, content_hash)
SETTINGS index_granularity = 512, fsync_after_insert = 1, fsync_part_directory = 1
