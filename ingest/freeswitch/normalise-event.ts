import { ignored, type Normalised, reject, type Source } from '../dialect.ts';
import { channelEvents } from './channel-events.ts';
import { channelOf } from './channel.ts';
import { type Headers, textOf } from './headers.ts';
import { canonicalEvent, nativeEvent, type Place } from './native-event.ts';
import { queueEvents } from './queue-events.ts';

const noPlace: Place = { callKey: '', callStartedAtUs: null, legId: null, otherLegId: null };

const switchEvents = new Map([
  ['HEARTBEAT', 'switch.heartbeat'],
  ['STARTUP', 'switch.started'],
] as const);

/** The canonical events of one event of FreeSWITCH (event socket or mod_event_*), headers already decoded. */
export const normaliseFreeswitchEvent = (headers: Headers, source: Source): Normalised => {
  const name = textOf(headers, 'Event-Name');
  if (name === '')
    return reject('MISSING_FIELD', 'Event-Name', 'Event-Name is missing: send events as FreeSWITCH makes them');
  const events = channelEvents.get(name);
  if (events !== undefined) {
    const read = nativeEvent(headers, name, source);
    if ('rejection' in read) return read;
    const of = channelOf(read.native);
    return 'rejection' in of ? of : { events: events(of.channel) };
  }
  if (name === 'CUSTOM') return normaliseCustom(headers, source);
  const switchEvent = (switchEvents as ReadonlyMap<string, 'switch.heartbeat' | 'switch.started'>).get(name);
  if (switchEvent === undefined) return ignored;
  const read = nativeEvent(headers, name, source);
  if ('rejection' in read) return read;
  return { events: [canonicalEvent(read.native, noPlace, switchEvent, read.native.stampUs, {})] };
};

const normaliseCustom = (headers: Headers, source: Source): Normalised => {
  if (textOf(headers, 'Event-Subclass') !== 'callcenter::info') return ignored;
  const events = queueEvents.get(textOf(headers, 'CC-Action'));
  if (events === undefined) return ignored;
  const read = nativeEvent(headers, `callcenter::info ${textOf(headers, 'CC-Action')}`, source);
  return 'rejection' in read ? read : events(read.native);
};
