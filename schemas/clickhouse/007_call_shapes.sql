-- Why a call was forwarded, and what answering-machine detection heard of who answered.
ALTER TABLE calls ADD COLUMN IF NOT EXISTS answered_by_amd LowCardinality(String),
    MODIFY COLUMN transfers Array(Tuple(at DateTime64(6, 'UTC'), kind String, by_leg_id String, from String, to String, consult_leg_id String, completed Nullable(Bool), reason String))
