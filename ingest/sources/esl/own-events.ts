import type { Event } from '../../../schemas/events.ts';
import { type NativeEvent, canonicalEvent } from '../../freeswitch/native-event.ts';
import { noPlace } from '../../freeswitch/normalise-event.ts';
import type { Gap } from '../position.ts';

// What the source itself has to say of the switch. An id is made of all that is said, so two sources that come to the
// same finding say one thing.

/** Of the switch and boot that `native` came from, but no event of its. */
const finding = (native: NativeEvent, name: string, atUs: number): NativeEvent => ({
  ...native,
  name,
  seq: null,
  stampUs: atUs,
});

/** A boot that was not known: `first` is the first event heard of it. */
export const startedEvent = (first: NativeEvent): Event =>
  canonicalEvent({ ...first, name: `first heard: ${first.name}` }, noPlace, 'switch.started', first.stampUs, {});

/** The legs that live, as of when the switch was asked (µs, its clock). */
export const channelsEvent = (native: NativeEvent, legIds: readonly string[], askedAtUs: number): Event =>
  canonicalEvent(finding(native, 'show channels', askedAtUs), noPlace, 'switch.channels', askedAtUs, {
    leg_ids: legIds,
  });

export const gapEvent = (native: NativeEvent, gap: Gap): Event =>
  canonicalEvent(
    finding(native, gap.reason, gap.toAtUs),
    noPlace,
    'adapter.gap',
    gap.toAtUs,
    { from_seq: gap.fromSeq, to_seq: gap.toSeq, reason: gap.reason, from_at: gap.fromAtUs, to_at: gap.toAtUs },
    `${gap.fromSeq}-${gap.toSeq}`,
  );
