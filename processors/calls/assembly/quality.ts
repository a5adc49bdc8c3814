import type { Quality } from '../../../schemas/call-row.ts';

export type QualityFacts = Readonly<Record<Quality, boolean>>;

const order = [
  'end_inferred',
  'clock_anomaly',
  'gap',
  'merged',
  'late',
  'conflicting_event',
  'truncated_events',
  'id_reused',
] as const;

/** What a reader should know before trusting the row. */
export const qualityOf = (facts: QualityFacts): Quality[] => order.filter((flag) => facts[flag]);
