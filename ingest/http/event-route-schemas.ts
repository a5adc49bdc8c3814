import { Type } from 'typebox';
import { canonicalSchemas } from '../canonical/event-schemas.ts';

export const Accepted = Type.Object({
  data: Type.Object({
    accepted: Type.Integer({ description: 'Records whose events are safe.' }),
    ignored: Type.Integer({ description: 'Records that say nothing about calls.' }),
    rejected: Type.Array(
      Type.Object({
        index: Type.Integer({ description: 'Position in the request, from 0.' }),
        code: Type.String(),
        message: Type.String({ description: 'What is wrong, and the way out.' }),
        field: Type.String(),
        quarantine_id: Type.String({ description: 'The record is kept, and shown under this id.' }),
      }),
    ),
  }),
  meta: Type.Object({ request_id: Type.String() }),
});

export const Validated = Type.Object({
  data: Type.Object({
    records: Type.Array(
      Type.Object({
        index: Type.Integer({ description: 'Position in the request, from 0.' }),
        outcome: Type.Enum(['accepted', 'ignored', 'rejected'], { description: 'What would become of the record.' }),
        events: Type.Optional(
          Type.Array(Type.Unknown(), { description: 'The canonical events it would be; none are published.' }),
        ),
        code: Type.Optional(Type.String({ description: 'Why it would be rejected.' })),
        message: Type.Optional(Type.String({ description: 'What is wrong, and the way out.' })),
        field: Type.Optional(Type.String()),
      }),
    ),
  }),
  meta: Type.Object({ request_id: Type.String() }),
});

/** Every event that may be sent; said once, under its name, because it is long. */
export const EventSchema = Type.Union([...canonicalSchemas.values()], { $id: 'Event', title: 'Event' });

const event = Type.Ref('Event#');

export const CanonicalBody = Type.Unsafe<unknown>(
  Type.Union([event, Type.Array(event, { maxItems: 10_000 })], { description: 'One event, an array, or one a line.' }),
);

const native = Type.Record(Type.String(), Type.Unknown(), { title: 'Native record' });

export const NativeBody = Type.Unsafe<unknown>(
  Type.Union([native, Type.Array(native, { maxItems: 10_000 })], {
    description: 'One record, an array, or one a line.',
  }),
);
