import type { Event } from '../../schemas/events.ts';
import type { Anchored, AnchorPlan } from './anchoring.ts';
import type { CallIdentity } from './assembly/identity.ts';
import type { OpenCalls } from './open-calls.ts';
import type { CallStore } from './ports.ts';
import { decodeStored } from './stored-events.ts';

export type Settled = {
  /** Events that belong to their call although they tell another anchor. */
  readonly joining: readonly Anchored[];
  /** Events that cannot be of the same call. */
  readonly conflicts: readonly Anchored[];
};

/**
 * Settles what becomes of events that tell another anchor than the one that holds. Where the source itself told the
 * anchor, they mean another call under the same key, or are broken. Where it was only concluded, from `call.anchored` or
 * the first event in the log, they know better than we did: they join the call, whose id stays.
 */
export const settleDisputes = async (
  { anchored, disputed }: Pick<AnchorPlan, 'anchored' | 'disputed'>,
  store: Pick<CallStore, 'readEvents'>,
  memory: OpenCalls,
): Promise<Settled> => {
  if (disputed.length === 0) return { joining: [], conflicts: [] };
  const told = new Set(anchored.filter(({ event, identity }) => tells(event, identity)).map(({ ref }) => ref));
  const unread = new Map<string, CallIdentity>();
  for (const { ref, identity } of disputed) {
    const call = memory.get(ref);
    if (call === undefined) unread.set(identity.call_id, identity);
    else if ([...call.events.values()].some((event) => tells(event, identity))) told.add(ref);
  }
  const stored = unread.size === 0 ? [] : await store.readEvents([...unread.values()]);
  const toldIds = new Set(
    stored
      .filter(({ call_id, event }) => tells(decodeStored(event), unread.get(call_id) as CallIdentity))
      .map(({ call_id }) => call_id),
  );
  const isConflict = ({ ref, identity }: Anchored): boolean => told.has(ref) || toldIds.has(identity.call_id);
  return {
    joining: disputed.filter((one) => !isConflict(one)),
    conflicts: disputed.filter(isConflict),
  };
};

/** Whether the event is the source's own word for the anchor. */
const tells = ({ type, call_started_at }: Event, identity: CallIdentity): boolean =>
  type !== 'call.anchored' && call_started_at === identity.call_started_at;
