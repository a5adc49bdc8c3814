import type { Metrics } from '../../runtime/metrics.ts';
import type { Judgement } from '../judging.ts';

export type SourceMetrics = {
  judged: (judgement: Judgement) => void;
  /** Messages that are safe now. */
  published: (messages: number) => void;
  /** Bytes in memory that are not safe yet. */
  waiting: (bytes: number) => void;
  connected: (isConnected: boolean) => void;
  reconnecting: () => void;
  gap: (reason: string) => void;
  /** How long after the switch made it what was read last came, in seconds. */
  lag: (seconds: number) => void;
  spooled: (bytes: number) => void;
};

/** Counts what a source read and what became of it. */
export const createSourceMetrics = (metrics: Metrics): SourceMetrics => {
  const { records, rejections } = recordCounters(metrics);
  const published = metrics.counter({ name: 'source_published_total', help: 'Events and dead letters made safe' });
  const reconnects = metrics.counter({ name: 'source_reconnects_total', help: 'Connections to the switch that ended' });
  const gaps = metrics.counter({
    name: 'source_gaps_total',
    help: 'Stretches in which the switch may have said what was not heard, by the reason',
    labels: ['reason'],
  });
  const connected = metrics.gauge({ name: 'source_connected', help: '1 while the switch is listened to' });
  const lag = metrics.gauge({
    name: 'source_lag_seconds',
    help: 'How long after it was made the last record was read',
  });
  const waiting = metrics.gauge({ name: 'source_waiting_bytes', help: 'Bytes read that are not safe yet' });
  const spool = metrics.gauge({ name: 'source_spool_bytes', help: 'Bytes on this machine’s disk that wait for Kafka' });
  return {
    judged: ({ accepted, ignored, rejected }) => {
      records.inc({ outcome: 'accepted' }, accepted);
      records.inc({ outcome: 'ignored' }, ignored);
      records.inc({ outcome: 'rejected' }, rejected.length);
      for (const { code } of rejected) rejections.inc({ code });
    },
    published: (messages) => published.inc(messages),
    waiting: (bytes) => waiting.set(bytes),
    connected: (isConnected) => connected.set(isConnected ? 1 : 0),
    reconnecting: () => reconnects.inc(),
    gap: (reason) => gaps.inc({ reason }),
    lag: (seconds) => lag.set(seconds),
    spooled: (bytes) => spool.set(bytes),
  };
};

const recordCounters = (metrics: Metrics) => ({
  records: metrics.counter({
    name: 'source_records_total',
    help: 'Records read from the switch, by outcome',
    labels: ['outcome'],
  }),
  rejections: metrics.counter({
    name: 'source_rejections_total',
    help: 'Records that could not be used, by the reason',
    labels: ['code'],
  }),
});
