import type { Metrics } from '../../runtime/metrics.ts';
import type { Conclusion } from './sweep.ts';

export type ClosingMeters = {
  readonly onSwitchEvents: (types: readonly string[]) => void;
  readonly onSweep: (outcome: 'done' | 'held' | 'failed', seconds?: number) => void;
  readonly onConclusions: (conclusions: readonly Conclusion[]) => void;
  readonly onOverlong: (calls: number) => void;
};

/** What the closing processor tells of its work. */
export const createClosingMeters = (metrics: Metrics): ClosingMeters => {
  const kept = metrics.counter({
    name: 'closing_switch_events_total',
    help: 'Events of switches kept',
    labels: ['type'],
  });
  const sweeps = metrics.counter({
    name: 'closing_sweeps_total',
    help: 'Looks at the calls in progress: done, held because the calls processor is behind, or failed',
    labels: ['outcome'],
  });
  const seconds = metrics.histogram({ name: 'closing_sweep_seconds', help: 'Time of a sweep that was done' });
  const inferred = metrics.counter({
    name: 'closing_inferred_total',
    help: 'Ends of legs that were inferred, by rule',
    labels: ['rule'],
  });
  const anchored = metrics.counter({
    name: 'closing_anchored_total',
    help: 'Calls whose root was never told and that were given the earliest time known',
  });
  const overlong = metrics.gauge({
    name: 'closing_overlong_calls',
    help: 'Calls in progress for more than 24 hours',
  });
  return {
    onSwitchEvents: (types) => {
      for (const type of types) kept.inc({ type });
    },
    onSweep: (outcome, took) => {
      sweeps.inc({ outcome });
      if (took !== undefined) seconds.observe(took);
    },
    onConclusions: (conclusions) => {
      for (const event of conclusions) {
        if (event.type === 'call.anchored') anchored.inc();
        else inferred.inc({ rule: event.payload.rule });
      }
    },
    onOverlong: (calls) => overlong.set(calls),
  };
};
