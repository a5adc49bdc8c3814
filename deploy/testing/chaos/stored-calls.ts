import type { RunFile } from '../../up/run-file.ts';
import type { CallTruth } from '../../demo/truth.ts';
import { queryRows } from '../stored-totals.ts';

/** What of a call is held against the generator's truth. */
const compared = [
  'direction',
  'disposition',
  'duration_ms',
  'wait_ms',
  'connect_ms',
  'hold_ms',
  'talk_ms',
  'bill_ms',
] as const;

type Compared = (typeof compared)[number];
export type StoredCall = Pick<CallTruth, Compared | 'call_key'> & { readonly state: string; readonly legs: number };

/** Every call of the tenant `demo` as its table has it. */
export const storedCalls = async (run: Pick<RunFile, 'clickhouse'>): Promise<readonly StoredCall[]> =>
  queryRows<StoredCall>(
    run,
    `SELECT call_key, state, ${compared.join(', ')}, length(legs.leg_id) AS legs
     FROM calls FINAL WHERE tenant_id = 'demo'`,
  );

/** What is wrong, a sentence each; nothing where every call is as its truth says, and there are no others. */
export const differences = (stored: readonly StoredCall[], truths: readonly CallTruth[]): readonly string[] => {
  const found: string[] = [];
  const left = new Map(truths.map((truth) => [truth.call_key, truth]));
  for (const call of stored) {
    const truth = left.get(call.call_key);
    if (!left.delete(call.call_key) || truth === undefined) {
      found.push(`${call.call_key}: stored, but nobody made it, or it is there twice`);
      continue;
    }
    for (const field of compared)
      if (call[field] !== truth[field]) found.push(`${call.call_key}: ${field} ${call[field]}, not ${truth[field]}`);
    if (call.legs !== truth.legs.length) found.push(`${call.call_key}: ${call.legs} legs, not ${truth.legs.length}`);
    if (call.state !== 'ended') found.push(`${call.call_key}: ${call.state}, not ended`);
  }
  for (const key of left.keys()) found.push(`${key}: not stored`);
  return found;
};
