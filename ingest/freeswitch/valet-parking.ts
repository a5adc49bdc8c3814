import type { Event } from '../../schemas/events.ts';
import { cleanText } from '../clean-text.ts';
import type { Channel } from './channel.ts';
import { instantOf, textOf } from './headers.ts';
import { canonicalEvent } from './native-event.ts';

// mod_valet_parking, whose events are of the channel that is parked.

export const valetSubclass = 'valet_parking::info';

const lotOf = ({ native }: Channel): string => cleanText(textOf(native.headers, 'Valet-Lot-Name')) || 'park';

const parked = (channel: Channel): Event[] => {
  const { native, place } = channel;
  const park = { app: 'park', name: lotOf(channel), mailbox: '' } as const;
  return [canonicalEvent(native, place, 'app.entered', native.stampUs, park)];
};

const left = (channel: Channel): Event => {
  const { native, place } = channel;
  return canonicalEvent(native, place, 'app.left', native.stampUs, { app: 'park', name: lotOf(channel) });
};

const retrieval = ({ native, place }: Channel, by: string | null, result: 'unknown' | 'failed'): Event =>
  canonicalEvent(native, place, 'leg.transferred', native.stampUs, {
    kind: 'park_retrieve',
    by_leg_id: by,
    target: '',
    from_leg_id: place.legId,
    to_leg_id: by,
    result,
    forward_reason: 'none',
  });

const fetched = (channel: Channel): Event[] => {
  const by = cleanText(textOf(channel.native.headers, 'Bridge-To-UUID')) || null;
  return [left(channel), retrieval(channel, by, 'unknown')];
};

/** Told whenever the channel leaves the lot: fetched, hung up, or because nobody came in time. */
const gone = (channel: Channel): Event[] => {
  const { headers } = channel.native;
  const isHungUp =
    textOf(headers, 'Answer-State') === 'hangup' || instantOf(headers, 'Caller-Channel-Hangup-Time') !== null;
  const isFetched = channel.kin.joined.length > 0;
  return isHungUp || isFetched ? [left(channel)] : [left(channel), retrieval(channel, null, 'failed')];
};

/** By `Action`. */
export const valetEvents: ReadonlyMap<string, (channel: Channel) => Event[]> = new Map([
  ['hold', parked],
  ['bridge', fetched],
  ['exit', gone],
]);
