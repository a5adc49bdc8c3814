import type { CallDirection, Disposition } from '../../schemas/call-row.ts';

/** One leg of a simulated call, as the record of it must show it. Instants in µs. */
export type LegTruth = {
  leg_id: string;
  destination: string;
  created_at: number;
  answered_at: number | null;
  ended_at: number;
  hangup_cause: string;
};

/** What the product must say of a simulated call once it has ended. Instants in µs. */
export type CallTruth = {
  call_key: string;
  switch_id: string;
  direction: CallDirection;
  disposition: Disposition;
  caller_number: string;
  started_at: number;
  switch_answered_at: number | null;
  answered_at: number | null;
  ended_at: number;
  duration_ms: number;
  wait_ms: number;
  connect_ms: number;
  hold_ms: number;
  talk_ms: number;
  bill_ms: number;
  legs: readonly LegTruth[];
  has_recording: boolean;
};

export type Totals = {
  calls: number;
  duration_ms: number;
  talk_ms: number;
  recordings: number;
  by_disposition: Readonly<Record<string, number>>;
  by_direction: Readonly<Record<string, number>>;
};

/** The generator's own count. */
export const totalsOf = (truths: readonly CallTruth[]): Totals => ({
  calls: truths.length,
  duration_ms: sum(truths, 'duration_ms'),
  talk_ms: sum(truths, 'talk_ms'),
  recordings: truths.filter((truth) => truth.has_recording).length,
  by_disposition: countBy(truths, 'disposition'),
  by_direction: countBy(truths, 'direction'),
});

const sum = (truths: readonly CallTruth[], field: 'duration_ms' | 'talk_ms'): number =>
  truths.reduce((total, truth) => total + truth[field], 0);

const countBy = (truths: readonly CallTruth[], field: 'disposition' | 'direction'): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const truth of truths) counts[truth[field]] = (counts[truth[field]] ?? 0) + 1;
  return counts;
};
