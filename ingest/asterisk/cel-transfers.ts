import type { Event } from '../../schemas/events.ts';
import type { LegTransferred } from '../../schemas/payloads.ts';
import { callsLinked, channelEvent, legOrNull, switchScoped } from './asterisk-event.ts';
import { type CelRow, detailText } from './cel-row.ts';

type Told = { target?: string; from?: string; to?: string; result?: LegTransferred['result'] };

const transfer = (
  row: CelRow,
  kind: LegTransferred['kind'],
  { target = '', from = '', to = '', result = 'unknown' }: Told,
): Event =>
  channelEvent(row, row, 'leg.transferred', {
    kind,
    // A forward is told on the caller's channel, a retrieval on the one that was parked.
    by_leg_id: kind === 'forward' || kind === 'park_retrieve' ? null : switchScoped(row, row.uniqueId),
    target,
    from_leg_id: legOrNull(row, from),
    to_leg_id: legOrNull(row, to),
    result,
    forward_reason: 'none',
  });

export const blindTransfer = (row: CelRow): Event[] => [
  transfer(row, 'blind', {
    target: detailText(row, 'extension'),
    from: detailText(row, 'transferee_channel_uniqueid'),
  }),
];

/** The transferrer's second channel began the call in which it asked: that call is this one from now on. */
export const attendedTransfer = (row: CelRow): Event[] => [
  transfer(row, 'attended', {
    from: detailText(row, 'transferee_channel_uniqueid'),
    to: detailText(row, 'transfer_target_channel_uniqueid'),
  }),
  ...callsLinked(row, detailText(row, 'channel2_uniqueid'), row, 'attended_transfer'),
];

/** The row is of the channel that rang; who picked up had called for it. */
export const pickedUp = (row: CelRow): Event[] => [
  transfer(row, 'pickup', { to: detailText(row, 'pickup_channel_uniqueid'), result: 'completed' }),
  ...callsLinked(row, detailText(row, 'pickup_channel_uniqueid'), row, 'pickup'),
];

/** `Local/1003@default` or `PJSIP/trunk/sip:1003@host`. */
export const forwarded = (row: CelRow): Event[] => {
  const destination = detailText(row, 'forward');
  const user = destination.slice(destination.lastIndexOf('/') + 1).split('@')[0] ?? '';
  return [transfer(row, 'forward', { target: user.replace(/^sips?:/, '') })];
};

/** Wazo's dialplan sends a call on; to whom is told by the next channel. */
export const forwardedByDialplan = (row: CelRow): Event[] => [transfer(row, 'forward', {})];

export const parked = (row: CelRow): Event[] => [
  channelEvent(row, row, 'app.entered', { app: 'park', name: detailText(row, 'parking_lot') || 'park', mailbox: '' }),
];

/** `ParkedCallUnparked` by a channel that is named, `ParkedCallTimeOut`, or `ParkedCallGiveUp` by the caller. */
export const unparked = (row: CelRow): Event[] => {
  const left = channelEvent(row, row, 'app.left', { app: 'park', name: detailText(row, 'parking_lot') });
  const retriever = detailText(row, 'retriever');
  if (/time_?out/i.test(detailText(row, 'reason'))) return [left, transfer(row, 'park_retrieve', { result: 'failed' })];
  return retriever === '' ? [left] : [left, transfer(row, 'park_retrieve', { target: retriever })];
};
