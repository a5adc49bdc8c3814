import type { CallIdentity } from './identity.ts';
import type { Event } from '../../../schemas/events.ts';
import type { Leg } from './legs.ts';
import type { Talk } from './talks.ts';

/** Times that agree to this are one time: some sources tell whole seconds. */
const toleranceUs = 1_000_000;
/** A switch's clock may run ahead of ours by this much. */
const futureToleranceUs = 300_000_000;
/** Clocks of two switches are less far apart than this, or nobody would rely on them. */
const skewUs = 60_000_000;
/** A switch's own account of a span may be in whole seconds, rounded either way. */
const accountToleranceMs = 2000;

/**
 * How much longer than the root a conversation of others must have gone on for the call to have gone on with it. Where
 * another switch tells it, its end is by another clock, and must be later by more than clocks differ.
 */
export const lingerUs = (talk: Talk, root: Leg, legs: ReadonlyMap<string, Leg>): number =>
  isOtherClock(talk, root, legs) ? skewUs : toleranceUs;

/** Whether another switch than the root's tells of the conversation. */
export const isOtherClock = (talk: Talk, root: Leg, legs: ReadonlyMap<string, Leg>): boolean =>
  [talk.a, talk.b].some((id) => (legs.get(id)?.switchId ?? root.switchId) !== root.switchId);

/** Whether a span between two instants is one that the switch's own account of it contradicts: its clock was set. */
export const isContradicted = (us: number, toldMs: number | null): boolean =>
  toldMs !== null && Math.abs(us / 1000 - toldMs) > accountToleranceMs;

export type ClockFacts = {
  readonly identity: CallIdentity;
  readonly events: readonly Event[];
  readonly root: Leg | null;
  readonly legs: ReadonlyMap<string, Leg>;
  readonly startedAt: number;
  readonly endedAt: number | null;
};

/** Whether the times of a call cannot all be true: a clock ran ahead, was set, or differs from another's. */
export const isClockAnomaly = ({ identity, events, root, legs, startedAt, endedAt }: ClockFacts): boolean => {
  if (Math.abs(startedAt - identity.call_started_at) > toleranceUs && !isGuessed(identity, events)) return true;
  if (endedAt !== null && endedAt < startedAt) return true;
  if (events.some(({ occurred_at, observed_at }) => occurred_at - observed_at > futureToleranceUs)) return true;
  if (root !== null && isRootContradicted(root, startedAt)) return true;
  return [...legs.values()].some((leg) => runsBackwards(leg) || isBeforeTheCall(leg, root, startedAt));
};

/** Whether the anchor is our own conclusion: then it need not be when the root was created. */
const isGuessed = ({ call_started_at }: CallIdentity, events: readonly Event[]): boolean =>
  events.some((event) => event.type === 'call.anchored' && event.call_started_at === call_started_at);

const isRootContradicted = ({ endedAt, totals }: Leg, startedAt: number): boolean =>
  endedAt !== null && isContradicted(endedAt - startedAt, totals?.duration_ms ?? null);

const runsBackwards = ({ createdAt, answeredAt, endedAt }: Leg): boolean => {
  const told = [createdAt, answeredAt, endedAt].filter((at) => at !== null);
  return told.some((at, index) => index > 0 && at < (told[index - 1] as number) - toleranceUs);
};

/** A leg of another switch that was there before the call began. */
const isBeforeTheCall = (leg: Leg, root: Leg | null, startedAt: number): boolean =>
  root !== null && leg.switchId !== root.switchId && leg.createdAt !== null && leg.createdAt < startedAt - toleranceUs;
