import type { Metrics } from '../runtime/metrics.ts';
import type { Judgement } from './judging.ts';

export type IngestMetrics = {
  judged: (dialect: string, judgement: Judgement) => void;
  uploaded: (bytes: number) => void;
  spooled: (bytes: number) => void;
};

/** Counts what came in and what became of it. */
export const createIngestMetrics = (metrics: Metrics): IngestMetrics => {
  const records = metrics.counter({
    name: 'ingest_records_total',
    help: 'Records received, by dialect and outcome',
    labels: ['dialect', 'outcome'],
  });
  const rejections = metrics.counter({
    name: 'ingest_rejections_total',
    help: 'Records that could not be used, by the reason',
    labels: ['dialect', 'code'],
  });
  const recordings = metrics.counter({ name: 'ingest_uploads_total', help: 'Recordings stored' });
  const recordingBytes = metrics.counter({
    name: 'ingest_uploaded_bytes_total',
    help: 'Bytes of audio stored',
  });
  const spool = metrics.gauge({
    name: 'ingest_spool_bytes',
    help: 'Bytes on this machine’s disk that wait for Kafka',
  });
  return {
    uploaded: (bytes) => {
      recordings.inc();
      recordingBytes.inc(bytes);
    },
    spooled: (bytes) => {
      spool.set(bytes);
    },
    judged: (dialect, { accepted, ignored, rejected }) => {
      records.inc({ dialect, outcome: 'accepted' }, accepted);
      records.inc({ dialect, outcome: 'ignored' }, ignored);
      records.inc({ dialect, outcome: 'rejected' }, rejected.length);
      for (const { code } of rejected) rejections.inc({ dialect, code });
    },
  };
};
