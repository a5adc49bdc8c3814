import type { Event, EventType } from '../../../schemas/events.ts';
import type { Leg } from './legs.ts';

/** What comes this long after it happened, and after the call's end was known, came late. */
export const lateAfterUs = 600_000_000;

/** These are told after a call by their nature, or are conclusions of ours. */
const isExpectedAfterwards = (type: EventType): boolean =>
  type.startsWith('recording.') ||
  type === 'transcript.attached' ||
  type === 'cost.added' ||
  type === 'call.end_inferred' ||
  type === 'call.anchored';

/**
 * Whether a fact of the call was received long after its end was. Compared are times of reception within the set: calls
 * that are read from an old file are received late as a whole, and no event of theirs is. An event's time of reception is
 * that of its first copy, so the same set of events gives the same answer.
 */
export const isLate = (events: readonly Event[], root: Leg | null): boolean => {
  const endKnownAt = receptionOfEnd(events, root);
  if (endKnownAt === null) return false;
  return events.some(
    ({ type, observed_at, occurred_at }) =>
      !isExpectedAfterwards(type) && observed_at - endKnownAt > lateAfterUs && observed_at - occurred_at > lateAfterUs,
  );
};

/** When the end of the call, or of its root, was first received. */
const receptionOfEnd = (events: readonly Event[], root: Leg | null): number | null => {
  let first: number | null = null;
  for (const { type, leg_id, observed_at } of events) {
    const isOfRoot = leg_id !== null && leg_id === root?.id;
    const isInferred = type === 'call.end_inferred' && (leg_id === null || isOfRoot);
    const isEnd = type === 'call.ended' || isInferred || (type === 'leg.ended' && isOfRoot);
    if (isEnd && (first === null || observed_at < first)) first = observed_at;
  }
  return first;
};
