import type { Logger } from '../../../runtime/logger.ts';
import type { Event } from '../../../schemas/events.ts';
import type { ClockOffset } from '../clock-offset.ts';
import { type Gap, meet, type Position } from '../position.ts';
import type { Beginning } from '../read-switch.ts';
import { channelsEvent, gapEvent, type Place } from '../asterisk-own-events.ts';

/** An event by its number and time; null where the manager does not tell them. */
export type Stamped = { readonly seq: number | null; readonly stampUs: number | null };

/** What the source concludes itself from what it hears over one connection. */
export type Listener = {
  /** Takes note of an event of the switch. */
  readonly event: (event: Stamped, place: Place) => Event[];
  /** Takes note of what time it is there. */
  readonly time: (now: Stamped, place: Place) => void;
  /** Takes note of which boot it is. */
  readonly boot: (bootId: string, place: Place) => Event[];
  readonly channel: (uniqueId: string) => void;
  /** All channels were told, so many as the switch says; they were asked for at `askedAtUs` by our clock. */
  readonly channelsTold: (count: string, askedAtUs: number, place: Place) => Event[];
  readonly position: () => Position | null;
};

export type ListenerParts = Beginning & { readonly clock: ClockOffset; readonly logger: Logger };

/** More of them are no event that Kafka takes. */
const maxChannels = 20_000;

export const createListener = ({ before, onGap, onLag, clock, logger }: ListenerParts): Listener => {
  /** What is known of this connection: nothing, the boot, or also whether something was missed before it. */
  let bootId: string | null = null;
  let isSettled = false;
  let position = before;
  let channels: string[] = [];

  const settle = (event: Position, place: Place): Event[] => {
    const met = meet(position, event, !isSettled);
    isSettled = true;
    position = met.position;
    return met.gap === null ? [] : [toldGap(met.gap, place)];
  };

  const toldGap = (gap: Gap, place: Place): Event => {
    onGap(gap);
    return gapEvent(place, gap);
  };

  return {
    event: ({ seq, stampUs }, place) => {
      const { observedAtUs } = place.source;
      if (stampUs !== null) {
        clock.note(stampUs, observedAtUs);
        onLag(observedAtUs - (stampUs - clock.us()));
      }
      return bootId === null ? [] : settle({ bootId, seq, atUs: stampUs ?? observedAtUs + clock.us() }, place);
    },
    time: ({ stampUs }, place) => {
      if (stampUs !== null) clock.note(stampUs, place.source.observedAtUs);
    },
    boot: (told, place) => {
      bootId = told;
      // Where the numbers may go on, the first event tells whether they do.
      if (before !== null && before.seq !== null && before.bootId === told) return [];
      return settle({ bootId, seq: null, atUs: place.source.observedAtUs + clock.us() }, place);
    },
    channel: (uniqueId) => {
      if (channels.length <= maxChannels) channels.push(uniqueId);
    },
    channelsTold: (count, askedAtUs, place) => {
      const ids = channels;
      channels = [];
      // A list that is cut must end no call: every leg it lacks would seem gone.
      if (ids.length === Number(count) && ids.length <= maxChannels && !ids.includes(''))
        return [channelsEvent(place, ids, askedAtUs + clock.us())];
      logger.error({ count, told: ids.length }, 'the answer to CoreShowChannels cannot be used');
      return [];
    },
    position: () => position,
  };
};
