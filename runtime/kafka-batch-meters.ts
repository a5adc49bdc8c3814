import type { Counter, Gauge, Metrics } from './metrics.ts';

/** What is measured of a group's batches. */
export type BatchMeters = {
  /** Starts the clock of a batch; what it returns is called when the batch is committed. */
  readonly begin: (topic: string, records: number) => () => void;
  readonly retries: Counter<'group' | 'topic'>;
  /** Batches whose work was done but not committed, since the partition had gone. */
  readonly fenced: Counter<'group' | 'topic'>;
  readonly rebalances: Counter<'group'>;
  readonly lost: Counter<'group' | 'topic'>;
  readonly lag: Gauge<'group' | 'topic' | 'partition'>;
};

export function createBatchMeters(metrics: Metrics, group: string): BatchMeters {
  const labels = ['group', 'topic'] as const;
  const seconds = metrics.histogram({
    name: 'kafka_batch_seconds',
    help: 'Time from a batch handed to its handler to its offset committed',
    labels,
  });
  const records = metrics.counter({ name: 'kafka_records_total', help: 'Records handled', labels });
  const counter = (name: string, help: string): Counter<'group' | 'topic'> => metrics.counter({ name, help, labels });
  return {
    begin: (topic, count) => {
      const observe = seconds.startTimer({ group, topic });
      return () => {
        observe();
        records.inc({ group, topic }, count);
      };
    },
    retries: counter('kafka_batch_retries_total', 'Batches given to their handler again after it failed'),
    fenced: counter('kafka_batches_fenced_total', 'Batches not committed because the partition had gone'),
    lost: counter('kafka_records_lost_possible_total', 'Times that a committed offset was out of the log'),
    lag: metrics.gauge({
      name: 'kafka_lag_records',
      help: 'Records not yet handled, as of the last batch',
      labels: ['group', 'topic', 'partition'],
    }),
    rebalances: metrics.counter({
      name: 'kafka_rebalances_total',
      help: 'Assignments that ended',
      labels: ['group'],
    }),
  };
}
