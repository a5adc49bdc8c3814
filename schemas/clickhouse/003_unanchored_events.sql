-- Events that wait for their call's anchor. They stay here after they joined it: call_events is a set.
CREATE TABLE IF NOT EXISTS unanchored_events
(
    tenant_id LowCardinality(String),
    call_key String,
    event_id String,
    content_hash String,
    event String CODEC(ZSTD(3)),
    inserted_at DateTime DEFAULT now()
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant_id, call_key, event_id, content_hash)
SETTINGS index_granularity = 512, fsync_after_insert = 1, fsync_part_directory = 1
