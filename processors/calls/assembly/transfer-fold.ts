import type { EventOf } from '../../../schemas/events.ts';
import type { ForwardReason, TransferKind, TransferResult } from '../../../schemas/vocabulary.ts';

type TransferEvent = EventOf<'leg.transferred'>;

/** One transfer, forward, pick-up or retrieval, as the switch tells it. */
export type Transfer = {
  readonly at: number;
  readonly kind: TransferKind;
  /** Legs of whoever did it: an attended transfer is told on both lines of the transferrer. */
  readonly byLegIds: string[];
  fromLegId: string;
  toLegId: string;
  target: string;
  result: TransferResult;
  reason: ForwardReason;
};

/** Switches tell one transfer on each leg it touches, within moments. */
const sameTransferUs = 1_000_000;

/** The transfers in the order they happened, each once. */
export const foldTransfers = (events: readonly TransferEvent[]): Transfer[] => {
  const transfers: Transfer[] = [];
  for (const event of events) {
    const next = toTransfer(event);
    const known = transfers.findLast((transfer) => isSame(transfer, next));
    if (known === undefined) transfers.push(next);
    else addTo(known, next);
  }
  return transfers;
};

const toTransfer = ({ occurred_at, leg_id, payload }: TransferEvent): Transfer => {
  const by = payload.by_leg_id ?? (isTransferrersOwn(payload.kind) && payload.from_leg_id !== leg_id ? leg_id : null);
  return {
    at: occurred_at,
    kind: payload.kind,
    byLegIds: by === null ? [] : [by],
    fromLegId: payload.from_leg_id ?? '',
    toLegId: payload.to_leg_id ?? '',
    target: payload.target,
    result: payload.result,
    reason: payload.forward_reason,
  };
};

/** Forwards, pick-ups and retrievals are told on the leg that they befall. */
const isTransferrersOwn = (kind: TransferKind): boolean => kind === 'blind' || kind === 'attended';

const isSame = (known: Transfer, next: Transfer): boolean =>
  known.kind === next.kind &&
  next.at - known.at <= sameTransferUs &&
  (known.kind === 'attended' || agree(known.byLegIds[0] ?? '', next.byLegIds[0] ?? '')) &&
  agree(known.toLegId, next.toLegId) &&
  agree(known.target, next.target);

const agree = (one: string, other: string): boolean => one === other || one === '' || other === '';

const addTo = (known: Transfer, next: Transfer): void => {
  for (const by of next.byLegIds) if (!known.byLegIds.includes(by)) known.byLegIds.push(by);
  known.fromLegId ||= next.fromLegId;
  known.toLegId ||= next.toLegId;
  known.target ||= next.target;
  if (known.result === 'unknown') known.result = next.result;
  if (known.reason === 'none') known.reason = next.reason;
};
