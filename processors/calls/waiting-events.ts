import type { UnanchoredEventRow } from '../../schemas/rows.ts';
import { type Anchored, withIdentity } from './anchoring.ts';
import { refOf } from './call-ref.ts';
import type { Arrived } from './intake.ts';
import type { CycleStores, WaitingStore } from './ports.ts';
import { findCalls } from './recognise.ts';
import { toWaitingRow } from './rows-of-events.ts';
import { decodeStored } from './stored-events.ts';

/** Keeps events whose call nobody knows; gives those whose call somebody else came to know meanwhile. */
export const keepWaiting = async (
  arrived: readonly Arrived[],
  { anchors, waiting }: CycleStores,
): Promise<Anchored[]> => {
  if (arrived.length === 0) return [];
  await waiting.insert(await firstReceived(arrived, waiting));
  const calls = await findCalls(new Set(arrived.map(({ ref }) => ref)), anchors);
  return arrived.flatMap((one) => {
    const identity = calls.get(one.ref);
    return identity === undefined ? [] : [withIdentity(one, identity)];
  });
};

/** The rows of those that do not wait yet; of copies the one received first is written last, and so holds. */
const firstReceived = async (arrived: readonly Arrived[], waiting: WaitingStore): Promise<UnanchoredEventRow[]> => {
  const earliest = new Map<string, number>();
  for (const row of await waiting.find([...new Map(arrived.map(({ ref, event }) => [ref, event])).values()])) {
    const { observed_at } = decodeStored(row.event);
    const id = waitingId(row);
    earliest.set(id, Math.min(earliest.get(id) ?? observed_at, observed_at));
  }
  return arrived
    .filter(({ event, hash }) => {
      const known = earliest.get(waitingId({ ...event, content_hash: hash }));
      return known === undefined || event.observed_at < known;
    })
    .sort((one, other) => other.event.observed_at - one.event.observed_at)
    .map(toWaitingRow);
};

const waitingId = (row: Pick<UnanchoredEventRow, 'tenant_id' | 'call_key' | 'event_id' | 'content_hash'>): string =>
  `${refOf(row)}\0${row.event_id}\0${row.content_hash}`;
