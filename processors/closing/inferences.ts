import type { Event, EventOf } from '../../schemas/events.ts';
import { eventId } from '../../schemas/ids.ts';
import type { CallLife, LegLife } from './call-life.ts';
import { type Evidence, type Verdict, verdictOf } from './rules.ts';

/**
 * What follows for a call in progress: an end for each leg that a rule condemns; where no leg is open, and still nothing
 * says that the call is over, an end for the call as soon as it was silent for long enough. Legs on a switch that lives
 * go on, whatever became of the call's other switches.
 */
export const inferencesOf = (
  call: CallLife,
  evidenceOf: (told: Event) => Evidence,
  observedAtUs: number,
): EventOf<'call.end_inferred'>[] => {
  if (call.over) return [];
  if (call.openLegs.length === 0) return wholeCall(call, evidenceOf(call.lastTold), observedAtUs);
  return call.openLegs.flatMap((leg) => {
    const verdict = verdictOf(leg, call, evidenceOf(leg.told));
    return verdict === null ? [] : [toEvent(leg.told, leg, verdict, observedAtUs)];
  });
};

const wholeCall = (
  { last, lastTold }: CallLife,
  { nowUs, patienceUs }: Evidence,
  observedAtUs: number,
): EventOf<'call.end_inferred'>[] => {
  const at = last ?? { at: lastTold.occurred_at, observedAt: lastTold.observed_at };
  if (nowUs - at.observedAt < patienceUs.withHeartbeats) return [];
  return [toEvent(lastTold, null, { rule: 'silence', lastSignAt: at.at }, observedAtUs)];
};

/** The same conclusion has the same id and content, whoever draws it and however often. */
const toEvent = (
  told: Event,
  leg: LegLife | null,
  { rule, lastSignAt }: Verdict,
  observedAtUs: number,
): EventOf<'call.end_inferred'> => {
  const { tenant_id, switch_id, switch_kind, boot_id, call_key } = told;
  const legId = leg?.legId ?? null;
  const type = 'call.end_inferred';
  return {
    observed_at: observedAtUs,
    clock_offset_ms: null,
    event_id: eventId(switch_id, boot_id, call_key, legId ?? '', rule, lastSignAt, type),
    tenant_id,
    switch_id,
    switch_kind,
    boot_id,
    native: { name: 'closing-processor', id: legId ?? call_key, seq: null },
    call_key,
    // The call has its anchor already, or it would not be in progress.
    call_started_at: null,
    leg_id: legId,
    other_leg_id: null,
    occurred_at: lastSignAt,
    occurred_precision: told.occurred_precision,
    extra: {},
    type,
    payload: { rule, last_sign_of_life_at: lastSignAt },
  };
};
