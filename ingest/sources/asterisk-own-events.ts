import type { Event } from '../../schemas/events.ts';
import { type Origin, otherEvent, switchScoped } from '../asterisk/asterisk-event.ts';
import type { Source } from '../dialect.ts';
import type { Gap } from './position.ts';

// What the source itself has to say of an Asterisk. An id is made of all that is said, so two sources that come to the
// same finding say one thing.

/** The source, and the switch that it reads. */
export type Place = { readonly source: Source; readonly switchId: string };

const finding = ({ source, switchId }: Place, name: string, atUs: number, said: readonly unknown[]): Origin => ({
  source,
  switchId,
  eventName: name,
  seq: null,
  occurredAtUs: atUs,
  precision: 'us',
  identity: [name, atUs, ...said].join('\0'),
  extra: {},
});

/** The legs that live, as of when the switch was asked (µs, its clock). */
export const channelsEvent = (place: Place, uniqueIds: readonly string[], askedAtUs: number): Event => {
  const legIds = uniqueIds.map((id) => switchScoped(place, id));
  return otherEvent(finding(place, 'CoreShowChannels', askedAtUs, legIds), '', 'switch.channels', { leg_ids: legIds });
};

export const gapEvent = (place: Place, { fromSeq, toSeq, reason, fromAtUs, toAtUs }: Gap): Event =>
  otherEvent(finding(place, reason, toAtUs, [fromSeq, toSeq, fromAtUs]), `${fromSeq}-${toSeq}`, 'adapter.gap', {
    from_seq: fromSeq,
    to_seq: toSeq,
    reason,
    from_at: fromAtUs,
    to_at: toAtUs,
  });
