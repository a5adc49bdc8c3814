import { decodeEvent } from '../../schemas/event-codec.ts';
import type { Event } from '../../schemas/events.ts';
import type { Anchored } from './anchoring.ts';
import { type CallIdentity, identityOf } from './assembly/identity.ts';
import { refOf } from './call-ref.ts';
import type { OpenCalls } from './open-calls.ts';
import type { CallStore } from './ports.ts';

/**
 * Puts the events into their calls. A call that is not in memory is read from the table, which holds these events
 * already; one that these events began (`decided`) has no others.
 */
export const gather = async (
  events: readonly Anchored[],
  decided: ReadonlySet<string>,
  store: CallStore,
  memory: OpenCalls,
): Promise<void> => {
  const absent = new Map<string, CallIdentity>();
  for (const { event, anchor } of events) {
    const ref = refOf(event);
    if (memory.get(ref) !== undefined || absent.has(ref)) continue;
    const identity = identityOf(event, anchor);
    if (memory.isKept && decided.has(ref)) memory.open(ref, identity);
    else absent.set(ref, identity);
  }
  await readCalls(absent, store, memory);
  for (const { event, hash } of events) memory.add(refOf(event), event, hash);
};

const readCalls = async (
  absent: ReadonlyMap<string, CallIdentity>,
  store: CallStore,
  memory: OpenCalls,
): Promise<void> => {
  if (absent.size === 0) return;
  const stored = await store.readEvents([...absent.values()]);
  const refs = new Map<string, string>();
  for (const [ref, identity] of absent) {
    memory.open(ref, identity);
    refs.set(identity.call_id, ref);
  }
  for (const { call_id, content_hash, event } of stored) {
    memory.add(refs.get(call_id) as string, decodeStored(event), content_hash);
  }
};

const decodeStored = (bytes: Buffer): Event => {
  const decoded = decodeEvent(bytes);
  if ('rejection' in decoded) throw new Error(`a stored event cannot be read: ${decoded.rejection}`);
  return decoded.event;
};
