import { lingerUs } from './clocks.ts';
import type { Closing } from './closing.ts';
import type { Leg } from './legs.ts';
import { partnerIn, type Talk } from './talks.ts';

/** Whether the call is over: the switch or the closing rules said so, or the root and every leg that spoke for itself ended. */
export const isOver = (root: Leg | null, legs: ReadonlyMap<string, Leg>, closing: Closing): boolean => {
  if (closing.at !== null) return true;
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
): number | null => {
  const rootEndedAt = root?.endedAt ?? closing.at;
  if (root === null || rootEndedAt === null) return rootEndedAt;
  const isGoingOn = talks.some(
    (talk) => talk.b !== '' && partnerIn(talk, root.id) === null && talk.to > rootEndedAt + lingerUs(talk, root, legs),
  );
  if (!isGoingOn) return rootEndedAt;
  let last = rootEndedAt;
  for (const leg of legs.values()) last = Math.max(last, leg.endedAt ?? last);
  return last;
};
