import type { TransferRow } from '../../../schemas/call-row.ts';
import type { ForwardReason } from '../../../schemas/vocabulary.ts';
import type { AppStay } from './apps.ts';
import { causeColumns } from './hangup-cause.ts';
import type { Leg } from './legs.ts';
import { partyNumber } from './party-number.ts';
import type { Visit } from './queue-visits.ts';
import { partnerIn, type Talk } from './talks.ts';
import type { Transfer } from './transfer-fold.ts';

export type TransferFacts = {
  readonly root: Leg | null;
  readonly legs: ReadonlyMap<string, Leg>;
  readonly talks: readonly Talk[];
  readonly apps: readonly AppStay[];
  readonly visits: readonly Visit[];
  readonly ended: boolean;
};

/** The rows of a call's transfers, forwards, pick-ups and retrievals. */
export const transferRows = (transfers: readonly Transfer[], facts: TransferFacts): TransferRow[] =>
  transfers.map((transfer) => toRow(transfer, facts));

const toRow = (transfer: Transfer, facts: TransferFacts): TransferRow => {
  const by = transfer.kind === 'forward' ? (phoneOf(transfer, facts)?.id ?? '') : byLegOf(transfer, facts);
  const targets = targetsOf(transfer, by, facts);
  const from = facts.legs.get(fromLegOf(transfer, by));
  const target = targets.find((leg) => leg.id === transfer.toLegId) ?? targets[0];
  return {
    at: transfer.at,
    kind: transfer.kind,
    by_leg_id: by,
    from: from === undefined ? '' : partyNumber(from),
    to: toNumber(transfer, target),
    consult_leg_id: transfer.kind === 'attended' ? consultLeg(transfer, by, targets, facts) : '',
    completed: isCompleted(transfer, by, targets, facts),
    reason: transfer.kind === 'forward' ? forwardReason(transfer, facts.legs.get(by)) : 'none',
  };
};

/** A pick-up is told on the leg that rang. */
const fromLegOf = ({ kind, fromLegId, byLegIds }: Transfer, by: string): string =>
  fromLegId || (kind === 'pickup' ? (byLegIds.find((id) => id !== by) ?? '') : by);

/** Where somebody took the call to themselves, the target is who did. */
const toNumber = ({ kind, target }: Transfer, leg: Leg | undefined): string => {
  const number = leg === undefined ? '' : partyNumber(leg);
  return kind === 'pickup' || kind === 'park_retrieve' ? number || target : target || number;
};

/** Of the transferrer's lines the first, which has the call; where nobody is named, who took the call then. */
const byLegOf = (transfer: Transfer, facts: TransferFacts): string => {
  const { kind, byLegIds } = transfer;
  if (kind === 'pickup' || kind === 'park_retrieve') return takerOf(transfer, facts);
  const bornAt = (id: string): number => facts.legs.get(id)?.createdAt ?? Number.MAX_SAFE_INTEGER;
  return [...byLegIds].sort((a, b) => bornAt(a) - bornAt(b))[0] ?? '';
};

/** Who picked up or fetched the call: the leg that is named, by its id or its channel's name, else who talked next. */
const takerOf = ({ at, toLegId, target, fromLegId, result }: Transfer, facts: TransferFacts): string => {
  if (toLegId !== '' || result === 'failed') return toLegId;
  const named = target === '' ? undefined : [...facts.legs.values()].find((leg) => leg.facts.endpoint === target);
  if (named !== undefined) return named.id;
  const taken = facts.talks.find((talk) => talk.to > at && (fromLegId === '' || partnerIn(talk, fromLegId) === null));
  return taken === undefined ? '' : (partnerIn(taken, facts.root?.id ?? '') ?? '');
};

/** Legs that the transfer may lead to: the one that is named, else those with the number it names. */
const targetsOf = (transfer: Transfer, by: string, { root, legs, talks }: TransferFacts): Leg[] => {
  const { at, toLegId, target, byLegIds } = transfer;
  const named = legs.get(toLegId);
  if (named !== undefined && named !== root) return [named];
  // Transferred by the second line: whoever that line talked with is the target, not the caller.
  if (named !== undefined) {
    const asked = talks.findLast((talk) => talk.from < at && byLegIds.some((id) => isWithOther(talk, id, toLegId)));
    const id = byLegIds.map((one) => (asked === undefined ? null : partnerIn(asked, one))).find((one) => one !== null);
    const leg = legs.get(id ?? '');
    return leg === undefined ? [] : [leg];
  }
  if (transfer.kind === 'pickup' || transfer.kind === 'park_retrieve')
    return [legs.get(by)].filter((leg) => leg !== undefined);
  if (target === '' && transfer.kind !== 'forward') return [];
  const since = target === '' ? at : at - sameMomentUs;
  return [...legs.values()].filter(
    (leg) => leg !== root && (target === '' || leg.facts.dialled === target) && (leg.createdAt ?? at) >= since,
  );
};

/** A switch may make the leg to the target a moment before it tells the transfer. */
const sameMomentUs = 1_000_000;

const isWithOther = (talk: Talk, id: string, than: string): boolean => {
  const partner = partnerIn(talk, id);
  return partner !== null && partner !== than;
};

/** The leg that talked with the target before the transfer: the transferrer's second line, or its only one. */
const consultLeg = (
  { at, byLegIds, fromLegId }: Transfer,
  by: string,
  targets: readonly Leg[],
  facts: TransferFacts,
) => {
  const [second] = byLegIds.filter((id) => id !== by);
  if (second !== undefined) return second;
  const partners = targets.flatMap(({ id }) =>
    facts.talks.filter((talk) => talk.from < at).map((talk) => partnerIn(talk, id)),
  );
  const transferees = new Set([facts.root?.id, fromLegId, '']);
  const consulted = partners.filter((id): id is string => id !== null && (id === by || !transferees.has(id)));
  return consulted.findLast((id) => id !== by) ?? consulted.at(-1) ?? '';
};

/** What the switch says; else whether somebody at the target, or what it led to, took the call. */
const isCompleted = (transfer: Transfer, by: string, targets: readonly Leg[], facts: TransferFacts): boolean | null => {
  if (transfer.result !== 'unknown') return transfer.result === 'completed';
  const isTaken = targets.length > 0 ? isTakenBy(targets, transfer, facts) : isTakenElsewhere(transfer, by, facts);
  if (isTaken) return true;
  return facts.ended ? false : null;
};

const isTakenBy = (targets: readonly Leg[], { at, byLegIds }: Transfer, { talks }: TransferFacts): boolean =>
  talks.some((talk) => {
    if (talk.to <= at) return false;
    const target = targets.find(({ id }) => partnerIn(talk, id) !== null);
    return target !== undefined && !byLegIds.includes(partnerIn(talk, target.id) ?? '');
  });

/** The target's number may be another on its leg, or belong to a queue, a mailbox or a room. */
const isTakenElsewhere = ({ at, byLegIds }: Transfer, by: string, facts: TransferFacts): boolean => {
  const transferrer = facts.legs.get(by);
  const number = transferrer === undefined ? '' : partyNumber(transferrer);
  const isTransferrer = (id: string): boolean => {
    const leg = facts.legs.get(id);
    return (
      byLegIds.includes(id) || (leg !== undefined && leg !== facts.root && number !== '' && partyNumber(leg) === number)
    );
  };
  return (
    facts.talks.some((talk) => talk.from >= at && !isTransferrer(talk.a) && !isTransferrer(talk.b)) ||
    facts.apps.some((stay) => stay.from >= at && stay.app !== 'park' && !byLegIds.includes(stay.legId)) ||
    facts.visits.some(({ row }) => (row.entered_at ?? 0) >= at)
  );
};

/** The phone that was forwarded: the one that is named, else the last that rang; none where it never rang. */
const phoneOf = ({ at, byLegIds }: Transfer, { legs, root }: TransferFacts): Leg | undefined => {
  const rung = [...legs.values()].filter((leg) => leg !== root && leg.createdAt !== null && leg.createdAt < at);
  const last = rung.sort((a, b) => (a.createdAt ?? 0) - (b.createdAt ?? 0)).at(-1);
  return rung.find(({ id }) => byLegIds.includes(id)) ?? last;
};

/** Why it was forwarded where the switch does not say: by what became of the phone. */
const forwardReason = ({ at, reason }: Transfer, phone: Leg | undefined): ForwardReason => {
  if (reason !== 'none') return reason;
  if (phone === undefined) return 'unconditional';
  if (causeColumns(phone.end).cause_q850 === 17) return 'busy';
  const rangForUs = Math.min(phone.endedAt ?? at, at) - (phone.createdAt ?? at);
  return phone.ringingAt !== null || rangForUs >= ringsAtLeastUs ? 'no_answer' : 'unconditional';
};

/** A phone that forwards everything does so at once. */
const ringsAtLeastUs = 3_000_000;
