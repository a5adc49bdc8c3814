import type { Event } from '../../schemas/events.ts';
import { ignored, type Normalised, reject } from '../dialect.ts';
import { amiChannel, type AmiEvent } from './ami-event.ts';
import type { Channel } from './channel-facts.ts';

/** Reads one kind of event of the manager. */
export type AmiReader = (event: AmiEvent) => Normalised;

/** Of an event of a channel; its fields may have a prefix. */
export const ofChannel =
  (read: (event: AmiEvent, channel: Channel) => Event[], prefix = ''): AmiReader =>
  (event) => {
    const channel = amiChannel(event.fields, prefix);
    if (channel === null) {
      const field = `${prefix}Uniqueid`;
      return reject('MISSING_FIELD', field, `${field} is missing: send all fields of ${event.eventName}`);
    }
    const events = read(event, channel);
    return events.length === 0 ? ignored : { events };
  };
