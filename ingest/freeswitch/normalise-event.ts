import type { Event } from '../../schemas/events.ts';
import { ignored, type Normalised, reject, type Source } from '../dialect.ts';
import { type ChannelEvents, channelEvents } from './channel-events.ts';
import { channelOf } from './channel.ts';
import { type Headers, textOf } from './headers.ts';
import { canonicalEvent, type NativeEvent, nativeEvent, type Place } from './native-event.ts';
import { valetEvents, valetSubclass } from './valet-parking.ts';
import { queueEvents } from './queue-events.ts';

/** Of an event that is about the switch, and no call. */
export const noPlace: Place = { callKey: '', callStartedAtUs: null, legId: null, otherLegId: null };

const switchEvents: ReadonlyMap<string, (native: NativeEvent) => Event> = new Map([
  ['HEARTBEAT', (native: NativeEvent) => canonicalEvent(native, noPlace, 'switch.heartbeat', native.stampUs, {})],
  ['STARTUP', (native: NativeEvent) => canonicalEvent(native, noPlace, 'switch.started', native.stampUs, {})],
  // After it no channel is left.
  [
    'SHUTDOWN',
    (native: NativeEvent) => canonicalEvent(native, noPlace, 'switch.channels', native.stampUs, { leg_ids: [] }),
  ],
]);

const queueSubclass = 'callcenter::info';

/** What to ask an event socket for: every event that says something here. */
export const subscription: string = [...channelEvents.keys(), ...switchEvents.keys(), 'CUSTOM', queueSubclass].join(
  ' ',
);

/** The canonical events of one event of FreeSWITCH (event socket or mod_event_*), headers already decoded. */
export const normaliseFreeswitchEvent = (headers: Headers, source: Source): Normalised => {
  const name = textOf(headers, 'Event-Name');
  if (name === '')
    return reject('MISSING_FIELD', 'Event-Name', 'Event-Name is missing: send events as FreeSWITCH makes them');
  const events = channelEvents.get(name);
  if (events !== undefined) return ofChannel(headers, name, source, events);
  if (name === 'CUSTOM') return normaliseCustom(headers, source);
  const switchEvent = switchEvents.get(name);
  if (switchEvent === undefined) return ignored;
  const read = nativeEvent(headers, name, source);
  if ('rejection' in read) return read;
  return { events: [switchEvent(read.native)] };
};

const normaliseCustom = (headers: Headers, source: Source): Normalised => {
  const subclass = textOf(headers, 'Event-Subclass');
  if (subclass === valetSubclass) return normaliseValet(headers, source);
  if (subclass !== queueSubclass) return ignored;
  const events = queueEvents.get(textOf(headers, 'CC-Action'));
  if (events === undefined) return ignored;
  const read = nativeEvent(headers, `${queueSubclass} ${textOf(headers, 'CC-Action')}`, source);
  return 'rejection' in read ? read : events(read.native);
};

const normaliseValet = (headers: Headers, source: Source): Normalised => {
  const action = textOf(headers, 'Action');
  const events = valetEvents.get(action);
  return events === undefined ? ignored : ofChannel(headers, `${valetSubclass} ${action}`, source, events);
};

const ofChannel = (headers: Headers, name: string, source: Source, events: ChannelEvents): Normalised => {
  const read = nativeEvent(headers, name, source);
  if ('rejection' in read) return read;
  const of = channelOf(read.native);
  return 'rejection' in of ? of : { events: events(of.channel) };
};
