import type { CallRow } from '../../../schemas/call-row.ts';
import type { Event } from '../../../schemas/events.ts';
import { type AssembledCall, assembleCallAndRecordings } from './assemble-call.ts';
import type { CallIdentity } from './identity.ts';
import { byText } from './text-order.ts';

export type LinkedCall = { readonly identity: CallIdentity; readonly events: readonly Event[] };

/**
 * Calls that the switch joined (an attended transfer, a pick-up, an agent's call from a queue) are one call: the one
 * that began first. The others become tombstones that point to it. All their rows are made from all their events, and
 * have the version of all: however few of them a writer saw, it is seen to be older.
 */
export const assembleLinked = (calls: readonly LinkedCall[]): AssembledCall[] => {
  const [first, ...others] = [...calls].sort(byAnchor);
  if (first === undefined) return [];
  const whole = assembleCallAndRecordings(
    first.identity,
    calls.flatMap(({ events }) => events),
  );
  return [whole, ...others.map((other) => ({ call: toTombstone(other, whole.call), recordings: [] }))];
};

const byAnchor = ({ identity: one }: LinkedCall, { identity: other }: LinkedCall): number =>
  one.call_started_at - other.call_started_at || byText(one.call_key, other.call_key);

/** What the part was by itself stays in its row, for whoever looks it up. */
const toTombstone = ({ identity, events }: LinkedCall, into: CallRow): CallRow => ({
  ...assembleCallAndRecordings(identity, events).call,
  version: into.version,
  state: 'merged',
  merged_into: into.call_id,
});
