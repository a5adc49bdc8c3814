import type { Event } from '../../schemas/events.ts';
import type { LegTransferred } from '../../schemas/payloads.ts';
import { celEvent, legIdOf, otherLegOf, switchScoped } from './cel-event.ts';
import { type CelRow, extraText, idInstant } from './cel-row.ts';

const transfer = (
  row: CelRow,
  kind: LegTransferred['kind'],
  { target = '', from = '', to = '' }: { target?: string; from?: string; to?: string },
): Event =>
  celEvent(row, 'leg.transferred', {
    kind,
    by_leg_id: legIdOf(row),
    target,
    from_leg_id: otherLegOf(row, from),
    to_leg_id: otherLegOf(row, to),
    result: 'completed',
    forward_reason: kind === 'forward' ? 'unconditional' : 'none',
  });

export const blindTransfer = (row: CelRow): Event[] => [
  transfer(row, 'blind', {
    target: extraText(row, 'extension'),
    from: extraText(row, 'transferee_channel_uniqueid'),
  }),
];

/** The transferrer's second channel began the call in which it asked: that call is this one from now on. */
export const attendedTransfer = (row: CelRow): Event[] => [
  transfer(row, 'attended', {
    from: extraText(row, 'transferee_channel_uniqueid'),
    to: extraText(row, 'transfer_target_channel_uniqueid'),
  }),
  ...joined(row, extraText(row, 'channel2_uniqueid'), 'attended_transfer'),
];

/** The row is of the channel that rang; who picked up had called for it. */
export const pickedUp = (row: CelRow): Event[] => [
  transfer(row, 'pickup', { to: extraText(row, 'pickup_channel_uniqueid') }),
  ...joined(row, extraText(row, 'pickup_channel_uniqueid'), 'pickup'),
];

export const forwarded = (row: CelRow): Event[] => [transfer(row, 'forward', { target: extraText(row, 'forward') })];

export const parked = (row: CelRow): Event[] => [
  celEvent(row, 'app.entered', { app: 'park', name: extraText(row, 'parking_lot') || 'park', mailbox: '' }),
];

export const unparked = (row: CelRow): Event[] => {
  const left = celEvent(row, 'app.left', { app: 'park', name: extraText(row, 'parking_lot') || 'park' });
  const retriever = extraText(row, 'retriever');
  return retriever === '' ? [left] : [left, transfer(row, 'park_retrieve', { target: retriever })];
};

/** Told under both keys, so that either call knows. */
const joined = (row: CelRow, otherId: string, reason: string): Event[] => {
  if (otherId === '' || otherId === row.linkedId || otherId === row.uniqueId) return [];
  const link = {
    from_call_key: switchScoped(row, otherId),
    into_call_key: switchScoped(row, row.linkedId),
    into_call_started_at: idInstant(row.linkedId),
    reason,
  };
  return [
    celEvent(row, 'call.linked', link, { legId: null }),
    celEvent(row, 'call.linked', link, { legId: null, linkedId: otherId }),
  ];
};
