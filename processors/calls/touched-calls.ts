import type { Anchored } from './anchoring.ts';
import type { CallIdentity } from './assembly/identity.ts';
import type { OpenCalls } from './open-calls.ts';
import type { CallStore } from './ports.ts';
import { decodeStored } from './stored-events.ts';

/**
 * Puts the events into their calls. A call that is not in memory is read from the table, which holds these events
 * already; one that these events began has no others.
 */
export const gather = async (
  events: readonly Anchored[],
  begun: ReadonlyMap<string, CallIdentity>,
  store: CallStore,
  memory: OpenCalls,
): Promise<void> => {
  const absent = new Map<string, CallIdentity>();
  for (const { ref, identity } of events) {
    if (memory.get(ref) !== undefined || absent.has(ref)) continue;
    if (memory.isKept && begun.has(ref)) memory.open(ref, identity);
    else absent.set(ref, identity);
  }
  await readCalls(absent, store, memory);
  for (const { event, ref, hash } of events) memory.add(ref, event, hash);
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
