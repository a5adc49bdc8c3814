-- What queues refused, overflows, call-backs, when each recording ended and paused, transcripts and costs of a call.
ALTER TABLE calls ADD COLUMN IF NOT EXISTS queue_refusals Array(Tuple(queue_id String, reason String, at DateTime64(6, 'UTC'), leg_id String)),
    ADD COLUMN IF NOT EXISTS overflows Array(Tuple(from_visit_id String, to_visit_id String)),
    ADD COLUMN IF NOT EXISTS callback_of_call_key String,
    ADD COLUMN IF NOT EXISTS callback_of_visit_id String,
    ADD COLUMN IF NOT EXISTS recording_times Array(Tuple(recording_id String, ended_at Nullable(DateTime64(6, 'UTC')), pauses Array(Tuple(from DateTime64(6, 'UTC'), to Nullable(DateTime64(6, 'UTC')), reason String)))),
    ADD COLUMN IF NOT EXISTS transcripts Array(Tuple(recording_id String, at DateTime64(6, 'UTC'), language String, text String)),
    ADD COLUMN IF NOT EXISTS costs Array(Tuple(at DateTime64(6, 'UTC'), item String, amount_micros Int64, currency String))
