import type { Decision } from '../../../schemas/decisions.ts';
import { lingerUs } from './clocks.ts';
import type { Closing } from './closing.ts';
import type { Leg } from './legs.ts';
import { amongOthers, type Talk } from './talks.ts';

/** Whether the call is over: the switch or the closing rules said so, or the root and every leg that spoke for itself ended. */
export const isOver = (root: Leg | null, legs: ReadonlyMap<string, Leg>, closing: Closing): boolean => {
  if (closing.end.value !== null) return true;
  if (root === null || root.endedAt === null) return false;
  for (const leg of legs.values()) if (leg.own && leg.endedAt === null) return false;
  return true;
};

/** When a call that is over ended: with its root, or with the last leg where others talked on. */
export const endOf = (
  root: Leg | null,
  legs: ReadonlyMap<string, Leg>,
  talks: readonly Talk[],
  closing: Closing,
): Decision<'ended_at'> => {
  const rootEndedAt = root?.endedAt ?? null;
  if (root === null || rootEndedAt === null) return closing.end;
  const isGoingOn = amongOthers(talks, root.id).some((talk) => talk.to > rootEndedAt + lingerUs(talk, root, legs));
  const rootEnd = endOfRoot(root, rootEndedAt, closing);
  if (!isGoingOn) return rootEnd;
  let last: Decision<'ended_at'> = rootEnd;
  for (const { endedAt, endedBy } of legs.values()) {
    if (endedAt !== null && endedAt > (last.value ?? 0))
      last = { value: endedAt, rule: 'others_talked_on', eventId: endedBy };
  }
  return last;
};

/** Where the root's own end was never told, it ended with what closed it or the call. */
const endOfRoot = (root: Leg, at: number, { end, inferredLegs }: Closing): Decision<'ended_at'> => {
  const { endedBy: eventId } = root;
  if (inferredLegs.has(root)) return { value: at, rule: 'last_sign_of_life', eventId };
  if (end.value !== null && eventId === end.eventId) return { ...end, value: at };
  return { value: at, rule: root.own || root.end !== null ? 'root_ended' : 'queue_told_end', eventId };
};
