import type { Logger } from '../../../runtime/logger.ts';
import type { Event } from '../../../schemas/events.ts';
import type { NativeEvent } from '../../freeswitch/native-event.ts';
import type { ClockOffset } from '../clock-offset.ts';
import { createBacklog } from './backlog.ts';
import { channelsOf } from './channels.ts';
import { channelsEvent, gapEvent, startedEvent } from './own-events.ts';
import { type Gap, meet, type Position } from '../position.ts';
import type { Beginning } from '../read-switch.ts';

/** What the source concludes itself from what it hears over one connection. */
export type Listener = {
  /** Takes note of an event that came at `nowUs`. */
  readonly event: (native: NativeEvent, nowUs: number) => Event[];
  /** Takes the answer to `show channels as json`, asked for at `askedAtUs` by our clock. */
  readonly channels: (answer: string, askedAtUs: number) => Event[];
  /** How far the switch was read; null before the first event of all. */
  readonly position: () => Position | null;
};

export type ListenerParts = Beginning & { readonly clock: ClockOffset; readonly logger: Logger };

/** More of them are no event that Kafka takes. */
const maxChannels = 20_000;

export const createListener = ({ clock, before, onGap, onLag, logger }: ListenerParts): Listener => {
  const backlog = createBacklog();
  let position = before;
  /** The latest event of this connection: whose switch and boot it is. */
  let latest: NativeEvent | null = null;
  /** The living legs, told before the first event has told the boot. */
  let early: { readonly legIds: readonly string[]; readonly askedAtUs: number } | null = null;

  const gapEvents = (native: NativeEvent, gap: Gap | null): Event[] => {
    if (gap === null) return [];
    onGap(gap);
    return [gapEvent(native, gap)];
  };

  const findings = (native: NativeEvent, seq: number, madeAtUs: number, nowUs: number): Event[] => {
    const event = { bootId: native.bootId, seq, atUs: native.stampUs };
    const met = meet(position, event, latest === null);
    position = met.position;
    return [
      ...(met.hasBooted ? [startedEvent(native)] : []),
      ...gapEvents(native, met.gap),
      ...gapEvents(native, backlog.read(event, madeAtUs, nowUs)),
    ];
  };

  return {
    event: (native, nowUs) => {
      clock.note(native.stampUs, nowUs);
      const madeAtUs = native.stampUs - clock.us();
      onLag(nowUs - madeAtUs);
      const own = native.seq === null || native.bootId === '' ? [] : findings(native, native.seq, madeAtUs, nowUs);
      if (early !== null) own.push(channelsEvent(native, early.legIds, early.askedAtUs + clock.us()));
      early = null;
      latest = native;
      return own;
    },
    channels: (answer, askedAtUs) => {
      const channels = channelsOf(answer);
      if ('problem' in channels || channels.legIds.length > maxChannels) {
        const problem = 'problem' in channels ? channels.problem : `it names ${channels.legIds.length} channels`;
        logger.error({ problem }, 'the answer to `show channels as json` cannot be used');
        return [];
      }
      if (latest !== null) return [channelsEvent(latest, channels.legIds, askedAtUs + clock.us())];
      early = { legIds: channels.legIds, askedAtUs };
      return [];
    },
    position: () => position,
  };
};
