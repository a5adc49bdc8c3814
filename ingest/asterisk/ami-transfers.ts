import type { TransferResult } from '../../schemas/vocabulary.ts';
import { amiChannel, type AmiEvent, amiText } from './ami-event.ts';
import { type AmiReader, ofChannel } from './ami-reader.ts';
import { callsLinked, channelEvent, legOrNull, switchScoped } from './asterisk-event.ts';

const resultOf = ({ fields }: AmiEvent): TransferResult => {
  const result = amiText(fields, 'Result');
  if (result === '') return 'unknown';
  return result === 'Success' ? 'completed' : 'failed';
};

const legOf = (event: AmiEvent, prefix: string): string | null =>
  legOrNull(event, amiChannel(event.fields, prefix)?.uniqueId ?? '');

const blindTransfer = ofChannel(
  (event, by) => [
    channelEvent(event, by, 'leg.transferred', {
      kind: 'blind',
      by_leg_id: switchScoped(event, by.uniqueId),
      target: amiText(event.fields, 'Extension'),
      from_leg_id: legOf(event, 'Transferee'),
      to_leg_id: null,
      result: resultOf(event),
      forward_reason: 'none',
    }),
  ],
  'Transferer',
);

/** The transferrer's second channel began the call in which it asked: that call is this one from now on. */
const attendedTransfer = ofChannel(
  (event, by) => [
    channelEvent(event, by, 'leg.transferred', {
      kind: 'attended',
      by_leg_id: switchScoped(event, by.uniqueId),
      target: amiText(event.fields, 'DestApp'),
      from_leg_id: legOf(event, 'Transferee'),
      to_leg_id: legOf(event, 'TransferTarget'),
      result: resultOf(event),
      forward_reason: 'none',
    }),
    ...callsLinked(event, amiChannel(event.fields, 'SecondTransferer')?.linkedId ?? '', by, 'attended_transfer'),
  ],
  'OrigTransferer',
);

/** Of the channel that rang; who picked up had called for it. */
const pickedUp = ofChannel((event, target) => {
  const picker = amiChannel(event.fields);
  return [
    channelEvent(event, target, 'leg.transferred', {
      kind: 'pickup',
      by_leg_id: switchScoped(event, target.uniqueId),
      target: '',
      from_leg_id: null,
      to_leg_id: legOrNull(event, picker?.uniqueId ?? ''),
      result: 'completed',
      forward_reason: 'none',
    }),
    ...callsLinked(event, picker?.linkedId ?? '', target, 'pickup'),
  ];
}, 'Target');

const parked = ofChannel(
  (event, parkee) => [channelEvent(event, parkee, 'app.entered', { app: 'park', name: lotOf(event), mailbox: '' })],
  'Parkee',
);

const lotOf = ({ fields }: AmiEvent): string => amiText(fields, 'Parkinglot') || 'park';

const unparked = ofChannel((event, parkee) => {
  const retriever = amiChannel(event.fields, 'Retriever');
  const left = channelEvent(event, parkee, 'app.left', { app: 'park', name: lotOf(event) });
  if (retriever === null) return [left];
  return [
    left,
    channelEvent(event, parkee, 'leg.transferred', {
      kind: 'park_retrieve',
      by_leg_id: switchScoped(event, retriever.uniqueId),
      target: retriever.channel,
      from_leg_id: null,
      to_leg_id: switchScoped(event, retriever.uniqueId),
      result: 'completed',
      forward_reason: 'none',
    }),
    ...callsLinked(event, retriever.linkedId, parkee, 'park_retrieve'),
  ];
}, 'Parkee');

/** Nobody came for the caller: whoever parked it is rung again. */
const parkTimedOut = ofChannel(
  (event, parkee) => [
    channelEvent(event, parkee, 'app.left', { app: 'park', name: lotOf(event) }),
    channelEvent(event, parkee, 'leg.transferred', {
      kind: 'park_retrieve',
      by_leg_id: null,
      target: amiText(event.fields, 'ParkerDialString', 1024),
      from_leg_id: null,
      to_leg_id: null,
      result: 'failed',
      forward_reason: 'none',
    }),
  ],
  'Parkee',
);

const parkGivenUp = ofChannel(
  (event, parkee) => [channelEvent(event, parkee, 'app.left', { app: 'park', name: lotOf(event) })],
  'Parkee',
);

/** Calls that are handed on, by the name of the event. */
export const amiTransferEvents: readonly (readonly [string, AmiReader])[] = [
  ['BlindTransfer', blindTransfer],
  ['AttendedTransfer', attendedTransfer],
  ['Pickup', pickedUp],
  ['ParkedCall', parked],
  ['UnParkedCall', unparked],
  ['ParkedCallTimeOut', parkTimedOut],
  ['ParkedCallGiveUp', parkGivenUp],
];
