-- So that what was received in an hour is found without reading all there is.
ALTER TABLE call_events ADD INDEX IF NOT EXISTS received observed_order TYPE minmax GRANULARITY 8
