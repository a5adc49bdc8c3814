-- Its rows are in quarantined_records, which the quarantine processor builds from the log.
DROP TABLE IF EXISTS quarantine
