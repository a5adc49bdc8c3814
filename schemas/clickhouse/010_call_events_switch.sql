-- Whose events they are, so that they can be counted by switch; empty in rows written before.
ALTER TABLE call_events ADD COLUMN IF NOT EXISTS switch_id LowCardinality(String)
