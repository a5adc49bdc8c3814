import { hash } from 'node:crypto';
import { type Event, type EventType, payloadRecords } from './events.ts';
import { headerBytes, singleObjectCodec } from './single-object.ts';

type Wire = Omit<Event, 'type' | 'payload'> & { type?: EventType; payload: Record<string, unknown> };

export const eventSchema = singleObjectCodec('event');

const recordNames = new Map(Object.entries(payloadRecords).map(([type, record]) => [type, `trunkline.${record}`]));
const eventTypes = new Map([...recordNames].map(([type, record]) => [record, type as EventType]));

/** An event's bytes on the wire. Throws where a field breaks the schema: that is a bug of ours, not bad input. */
export const encodeEvent = (event: Event): Buffer =>
  eventSchema.encode({ ...event, payload: { [recordNames.get(event.type) as string]: event.payload } });

export type Decoded = { event: Event } | { rejection: string };

/** The event in these bytes, or why they are none. */
export const decodeEvent = (bytes: Buffer): Decoded => {
  try {
    const wire = eventSchema.decode(bytes) as Wire;
    const record = Object.keys(wire.payload)[0] as string;
    // In place: this runs for every event, and a copy of the envelope would cost as much as the decoding.
    wire.type = eventTypes.get(record) as EventType;
    wire.payload = wire.payload[record] as Record<string, unknown>;
    return { event: wire as unknown as Event };
  } catch (error) {
    return { rejection: `not an event: ${error instanceof Error ? error.message : String(error)}` };
  }
};

/**
 * Hash of what an event says, leaving out when it was received: the same native event read twice has the same hash.
 * The envelope starts with the two fields of reception, so its content is the bytes behind them. They are hashed as
 * they came, whichever released schema wrote them: a log that is read again after an upgrade gives the rows it gave.
 */
export const contentHash = (bytes: Buffer): string => {
  const clockOffset = afterVarint(bytes, headerBytes);
  const content = bytes[clockOffset] === 0 ? clockOffset + 1 : afterVarint(bytes, clockOffset + 1);
  return hash('sha256', bytes.subarray(content), 'hex').slice(0, 16);
};

const afterVarint = (bytes: Buffer, start: number): number => {
  let at = start;
  while (((bytes[at] ?? 0) & 0x80) !== 0) at++;
  return at + 1;
};
