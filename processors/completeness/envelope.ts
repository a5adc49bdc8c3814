import avro from 'avsc';
import { contentHash, decodeEvent, eventSchema } from '../../schemas/event-codec.ts';
import { headerBytes } from '../../schemas/single-object.ts';
import { isPlausibleInstant } from '../../schemas/instants.ts';
import type { Envelope } from '../../schemas/events.ts';

/** The first fields of an event, which say all that is counted. */
export type Head = Pick<Envelope, (typeof headFields)[number]>;

export const headFields = [
  'observed_at',
  'clock_offset_ms',
  'event_id',
  'tenant_id',
  'switch_id',
  'switch_kind',
  'boot_id',
  'native',
] as const;

type RecordSchema = { readonly type: string; readonly name: string; readonly fields: readonly object[] };

const newest = eventSchema.newest.schema() as unknown as RecordSchema;

/** What stands behind these fields need not be read: that is most of an event. */
const headType = avro.Type.forSchema({
  ...newest,
  fields: newest.fields.slice(0, headFields.length),
} as unknown as avro.Schema);

/** One message, as far as it is counted. */
export type Counted = {
  readonly tenantId: string;
  readonly switchId: string;
  readonly bootId: string;
  readonly receivedAtUs: number;
  readonly identity: bigint;
  /** -1 where the sender does not number its messages one by one. */
  readonly seq: number;
};

/** Senders of these kinds give `native.seq` themselves; others number what we are not told of, too. */
const numberingKinds: ReadonlySet<string> = new Set(['other', 'simulator']);

/** Reads the head of an event; null where the bytes are none. */
export const countEvent = (bytes: Buffer, timestampMs: number): Counted | null => {
  const head = eventSchema.isNewest(bytes) ? readNewest(bytes) : readOlder(bytes);
  if (head === null) return null;
  const { seq } = head.native;
  const isNumbered = seq !== null && head.boot_id !== '' && numberingKinds.has(head.switch_kind);
  return {
    tenantId: head.tenant_id,
    switchId: head.switch_id,
    bootId: head.boot_id,
    receivedAtUs: isPlausibleInstant(head.observed_at) ? head.observed_at : timestampMs * 1000,
    identity: BigInt(`0x${contentHash(bytes)}`),
    seq: isNumbered ? seq : -1,
  };
};

const readNewest = (bytes: Buffer): Head | null => {
  const { value, offset } = headType.decode(bytes, headerBytes);
  return offset < 0 ? null : value;
};

const readOlder = (bytes: Buffer): Head | null => {
  const decoded = decodeEvent(bytes);
  return 'event' in decoded ? decoded.event : null;
};
