-- What is in the log, counted by blocks of offsets: for each switch and hour of reception how many messages, which ones
-- (identities: the content hash as a number), and which of the sender's numbers (-1 where it does not number). A row
-- that counted more of its block is newer, so counting a block again gives the same row.
CREATE TABLE IF NOT EXISTS log_ledger
(
    tenant_id LowCardinality(String),
    switch_id LowCardinality(String),
    hour DateTime('UTC'),
    boot_id String,
    topic LowCardinality(String),
    partition UInt32,
    block UInt64,
    messages UInt32,
    identities Array(UInt64),
    seqs Array(Int64),
    gap_from Array(Int64),
    gap_to Array(Int64),
    counted_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(messages)
PARTITION BY toYYYYMM(hour)
ORDER BY (tenant_id, switch_id, hour, boot_id, topic, partition, block)
SETTINGS index_granularity = 512, fsync_after_insert = 1, fsync_part_directory = 1
