-- Why a row says what it says: the rule and the event that decided a field, and the spans that its milliseconds add up.
ALTER TABLE calls ADD COLUMN IF NOT EXISTS decided_by Array(Tuple(field String, rule String, event_id String)) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS spans Array(Tuple(kind String, leg_id String, other_leg_id String, from DateTime64(6, 'UTC'), to DateTime64(6, 'UTC'))) CODEC(ZSTD(1))
