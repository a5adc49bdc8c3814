import { decodeEvent } from '../../schemas/event-codec.ts';
import type { Event } from '../../schemas/events.ts';

/** An event from one of our tables: it was readable when it was stored, so a failure is a bug of ours. */
export const decodeStored = (bytes: Buffer): Event => {
  const decoded = decodeEvent(bytes);
  if ('rejection' in decoded) throw new Error(`a stored event cannot be read: ${decoded.rejection}`);
  return decoded.event;
};
