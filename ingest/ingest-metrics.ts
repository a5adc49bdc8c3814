import type { Metrics } from '../runtime/metrics.ts';
import type { Judgement } from './judging.ts';

export type IngestMetrics = { judged: (dialect: string, judgement: Judgement) => void };

/** Counts records by what became of them. */
export const createIngestMetrics = (metrics: Metrics): IngestMetrics => {
  const records = metrics.counter({
    name: 'trunkline_ingest_records_total',
    help: 'Records received, by dialect and outcome',
    labels: ['dialect', 'outcome'],
  });
  const rejections = metrics.counter({
    name: 'trunkline_ingest_rejections_total',
    help: 'Records that could not be used, by the reason',
    labels: ['dialect', 'code'],
  });
  return {
    judged: (dialect, { accepted, ignored, rejected }) => {
      records.inc({ dialect, outcome: 'accepted' }, accepted);
      records.inc({ dialect, outcome: 'ignored' }, ignored);
      records.inc({ dialect, outcome: 'rejected' }, rejected.length);
      for (const { code } of rejected) rejections.inc({ dialect, code });
    },
  };
};
