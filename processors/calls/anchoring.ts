import type { Event } from '../../schemas/events.ts';
import type { CallAnchorRow } from '../../schemas/rows.ts';
import { refOf } from './call-ref.ts';
import type { Arrived } from './intake.ts';

export type Anchored = Arrived & { readonly anchor: number };

export type AnchorPlan = {
  readonly anchored: readonly Anchored[];
  /** Events whose call's anchor somebody else will tell. */
  readonly waiting: readonly Arrived[];
  /** Events that tell another anchor than the one that holds; `anchor` is the one that holds. */
  readonly conflicts: readonly Anchored[];
  /** Anchors that these events decided. */
  readonly decided: readonly CallAnchorRow[];
};

/**
 * Gives every event its call's anchor. Of a call that nobody knows the first event in the log that can tell decides,
 * so every replay decides the same.
 */
export const planAnchors = (arrived: readonly Arrived[], known: ReadonlyMap<string, number>): AnchorPlan => {
  const decided = decide(arrived, known);
  const anchored: Anchored[] = [];
  const waiting: Arrived[] = [];
  const conflicts: Anchored[] = [];
  for (const one of arrived) {
    const ref = refOf(one.event);
    const anchor = known.get(ref) ?? decided.get(ref)?.call_started_at;
    const told = one.event.call_started_at;
    if (anchor === undefined) waiting.push(one);
    else if (told !== null && told !== anchor) conflicts.push({ ...one, anchor });
    else anchored.push({ ...one, anchor });
  }
  return { anchored, waiting, conflicts, decided: [...decided.values()] };
};

const decide = (arrived: readonly Arrived[], known: ReadonlyMap<string, number>): Map<string, CallAnchorRow> => {
  const decided = new Map<string, CallAnchorRow>();
  for (const { event } of arrived) {
    const ref = refOf(event);
    if (known.has(ref) || decided.has(ref)) continue;
    const anchor = event.call_started_at ?? (isWitness(event) ? event.occurred_at : null);
    if (anchor === null) continue;
    decided.set(ref, { tenant_id: event.tenant_id, call_key: event.call_key, call_started_at: anchor });
  }
  return decided;
};

/**
 * Whether an event that does not tell the anchor may decide it by its own time. FreeSWITCH's root leg will tell;
 * recordings, transcripts and costs are told by others than the switch, at any time.
 */
const isWitness = ({ switch_kind, type }: Event): boolean =>
  switch_kind !== 'freeswitch' && /^(leg|app|queue)\.|^call\.ended$/.test(type);
