-- The same of events that wait: whose they are, and when they were received.
ALTER TABLE unanchored_events ADD COLUMN IF NOT EXISTS switch_id LowCardinality(String), ADD COLUMN IF NOT EXISTS observed_order UInt64
