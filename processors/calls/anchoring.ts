import type { Event } from '../../schemas/events.ts';
import { type CallIdentity, identityOf } from './assembly/identity.ts';
import type { Arrived } from './intake.ts';

/** An event whose call is known. */
export type Anchored = Arrived & { readonly identity: CallIdentity };

export type AnchorPlan = {
  readonly anchored: readonly Anchored[];
  /** Events whose call's anchor somebody else will tell. */
  readonly waiting: readonly Arrived[];
  /** Events that tell another anchor than the one that holds. */
  readonly disputed: readonly Anchored[];
  /** The calls that these events began, by their refs. */
  readonly begun: ReadonlyMap<string, CallIdentity>;
};

/**
 * Finds every event's call. Of a call that nobody knows the first event in the log that can tell decides the anchor,
 * so every replay decides the same.
 */
export const planAnchors = (arrived: readonly Arrived[], known: ReadonlyMap<string, CallIdentity>): AnchorPlan => {
  const begun = decide(arrived, known);
  const anchored: Anchored[] = [];
  const waiting: Arrived[] = [];
  const disputed: Anchored[] = [];
  for (const one of arrived) {
    const identity = known.get(one.ref) ?? begun.get(one.ref);
    if (identity === undefined) waiting.push(one);
    else if (isDisputing(one.event, identity)) disputed.push(withIdentity(one, identity));
    else anchored.push(withIdentity(one, identity));
  }
  return { anchored, waiting, disputed, begun };
};

/** A guess of ours that came too late, `call.anchored`, is overtaken by what was decided, and disputes nothing. */
const isDisputing = ({ type, call_started_at: told }: Event, { call_started_at }: CallIdentity): boolean =>
  told !== null && told !== call_started_at && type !== 'call.anchored';

/** Spelled out, because copying by `...` is many times dearer and this runs for every event. */
export const withIdentity = (one: Arrived, identity: CallIdentity): Anchored => ({
  event: one.event,
  ref: one.ref,
  hash: one.hash,
  raw: one.raw,
  source: one.source,
  timestampMs: one.timestampMs,
  identity,
});

const decide = (arrived: readonly Arrived[], known: ReadonlyMap<string, CallIdentity>): Map<string, CallIdentity> => {
  const begun = new Map<string, CallIdentity>();
  for (const { event, ref } of arrived) {
    if (known.has(ref) || begun.has(ref)) continue;
    const anchor = event.call_started_at ?? (isWitness(event) ? event.occurred_at : null);
    if (anchor !== null) begun.set(ref, identityOf(event, anchor));
  }
  return begun;
};

/**
 * Whether an event that does not tell the anchor may decide it by its own time. FreeSWITCH's root leg will tell;
 * recordings, transcripts and costs are told by others than the switch, at any time.
 */
const isWitness = ({ switch_kind, type }: Event): boolean =>
  switch_kind !== 'freeswitch' && /^(leg|app|queue)\.|^call\.ended$/.test(type);
