import type { EventOf } from '../../../schemas/events.ts';
import { sipFailure } from '../../../schemas/q850.ts';
import type { LegEnd } from './legs.ts';

/** The end that tells more; the later one (`next`) where they tell the same. Who ended it is who was told first. */
export const betterEnd = (known: LegEnd, next: LegEnd): LegEnd => {
  const chosen = detail(next) >= detail(known) ? next : known;
  const { ended_by, endedByEventId } = known.ended_by === 'unknown' ? next : known;
  return { ...chosen, ended_by, endedByEventId };
};

/** Of several final replies to a forked call the best holds: accepted, refused by the callee, busy, away, timed out. */
const detail = (end: LegEnd): number => {
  const code = end.sip_code ?? 0;
  if (code >= 200 && code < 300) return 9;
  if (code >= 600) return 8;
  if (code === 486) return 7;
  if (code === 480) return 6;
  if (code === 408) return 5;
  if (code >= 300 && code !== 487) return 4;
  if (end.cause_q850 !== null && code === 0) return plainCauses.has(end.cause_q850) ? 2.5 : 3;
  if (code === 487) return 2;
  return end.cause_native === '' ? 0 : 1;
};

/** Normal, unspecified, interworking: a switch says these where it has no reason to give. */
const plainCauses: ReadonlySet<number> = new Set([16, 31, 127]);

/** Whether a proxy tells that a branch of a forked call failed: of a call that was accepted it was another branch. */
export const isFailedBranch = ({ switch_kind, payload }: EventOf<'leg.ended'>): boolean =>
  switch_kind === 'kamailio' && sipFailure(payload.sip_code) !== null;

/** Whether a leg ended because another was taken or the attempt was given up: it says nothing about its callee. */
export const isLostRace = (end: LegEnd | null): boolean =>
  end !== null && (end.cause_q850 === 26 || end.cause_native === 'LOSE_RACE');

/** Whether whoever had asked for the leg gave up before it was answered. */
export const isCancelled = (end: LegEnd | null): boolean =>
  end !== null && (end.sip_code === 487 || end.cause_native === 'ORIGINATOR_CANCEL');

export const isWithdrawn = (end: LegEnd | null): boolean => isCancelled(end) || isLostRace(end);
