import type { TransferRow } from '../../../schemas/call-row.ts';
import type { EventOf } from '../../../schemas/events.ts';
import type { TransferResult } from '../../../schemas/vocabulary.ts';
import type { Leg } from './legs.ts';
import { partyNumber } from './party-number.ts';
import { partnerIn, type Talk } from './talks.ts';

type TransferEvent = EventOf<'leg.transferred'>;

/** Switches tell one transfer on each leg it touches, within moments. */
const sameTransferUs = 1_000_000;

/** Transfers, forwards and pick-ups in the order they happened. */
export const transfersOf = (
  events: readonly TransferEvent[],
  legs: ReadonlyMap<string, Leg>,
  talks: readonly Talk[],
  ended: boolean,
): TransferRow[] => mergeTold(events).map((transfer) => toRow(transfer, legs, talks, ended));

type Transfer = {
  at: number;
  kind: TransferEvent['payload']['kind'];
  byLegId: string;
  fromLegId: string;
  toLegId: string;
  target: string;
  result: TransferResult;
};

const mergeTold = (events: readonly TransferEvent[]): Transfer[] => {
  const transfers: Transfer[] = [];
  for (const event of events) {
    const next = toTransfer(event);
    const known = transfers.findLast((transfer) => isSame(transfer, next));
    if (known === undefined) transfers.push(next);
    else {
      known.byLegId ||= next.byLegId;
      known.fromLegId ||= next.fromLegId;
      known.toLegId ||= next.toLegId;
      known.target ||= next.target;
      if (known.result === 'unknown') known.result = next.result;
    }
  }
  return transfers;
};

const toTransfer = ({ occurred_at, leg_id, payload }: TransferEvent): Transfer => ({
  at: occurred_at,
  kind: payload.kind,
  byLegId: payload.by_leg_id ?? leg_id ?? '',
  fromLegId: payload.from_leg_id ?? '',
  toLegId: payload.to_leg_id ?? '',
  target: payload.target,
  result: payload.result,
});

const isSame = (known: Transfer, next: Transfer): boolean =>
  known.kind === next.kind &&
  next.at - known.at <= sameTransferUs &&
  agree(known.byLegId, next.byLegId) &&
  agree(known.toLegId, next.toLegId) &&
  agree(known.target, next.target);

const agree = (one: string, other: string): boolean => one === other || one === '' || other === '';

const toRow = (
  transfer: Transfer,
  legs: ReadonlyMap<string, Leg>,
  talks: readonly Talk[],
  ended: boolean,
): TransferRow => {
  const from = legs.get(transfer.fromLegId || transfer.byLegId);
  const to = legs.get(transfer.toLegId);
  return {
    at: transfer.at,
    kind: transfer.kind,
    by_leg_id: transfer.byLegId,
    from: from === undefined ? '' : partyNumber(from),
    to: transfer.target || (to === undefined ? '' : partyNumber(to)),
    consult_leg_id: transfer.kind === 'attended' ? consultLeg(transfer, talks) : '',
    completed: isCompleted(transfer, talks, ended),
  };
};

/** The leg that talked with the target before the transfer: the transferrer's second leg, or its only one. */
const consultLeg = ({ at, toLegId }: Transfer, talks: readonly Talk[]): string => {
  if (toLegId === '') return '';
  const consulted = talks.findLast((talk) => talk.from < at && partnerIn(talk, toLegId) !== null);
  return consulted === undefined ? '' : (partnerIn(consulted, toLegId) ?? '');
};

/** What the switch says; else whether the target, or anybody but the transferrer, talked afterwards. */
const isCompleted = (
  { at, result, byLegId, toLegId }: Transfer,
  talks: readonly Talk[],
  ended: boolean,
): boolean | null => {
  if (result !== 'unknown') return result === 'completed';
  const after = talks.filter((talk) => talk.to > at);
  const isTaken = after.some((talk) =>
    toLegId === ''
      ? talk.from >= at && partnerIn(talk, byLegId) === null
      : partnerIn(talk, toLegId) !== null && partnerIn(talk, byLegId) === null,
  );
  if (isTaken) return true;
  return ended ? false : null;
};
