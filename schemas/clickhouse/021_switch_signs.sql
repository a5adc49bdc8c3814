-- When each boot of a switch was first and last heard, by its own clock (at) and by ours (observed_at): what the
-- closing rules go by. `kind` is the type of a switch event, or `call` for all events of calls. Grows with the boots.
CREATE TABLE IF NOT EXISTS switch_signs
(
    tenant_id LowCardinality(String),
    switch_id String,
    boot_id String,
    kind LowCardinality(String),
    first_at SimpleAggregateFunction(min, DateTime64(6, 'UTC')),
    last_at SimpleAggregateFunction(max, DateTime64(6, 'UTC')),
    first_observed_at SimpleAggregateFunction(min, DateTime64(6, 'UTC')),
    last_observed_at SimpleAggregateFunction(max, DateTime64(6, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant_id, switch_id, boot_id, kind)
SETTINGS index_granularity = 512, fsync_after_insert = 1, fsync_part_directory = 1
