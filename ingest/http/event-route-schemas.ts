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

const ErrorBody = Type.Object(
  {
    error: Type.Object({
      code: Type.String({ description: 'Stable; listed in docs/errors.md.' }),
      message: Type.String(),
      details: Type.Array(Type.Object({ field: Type.String(), message: Type.String() })),
      request_id: Type.String({ description: 'Also in the header x-request-id.' }),
    }),
  },
  { title: 'Error' },
);

const meanings = {
  400: 'The body is malformed',
  401: 'No valid API key',
  403: 'The API key lacks the scope or is of another switch',
  408: 'The body stopped coming',
  409: 'Other bytes are stored under this id',
  411: 'Content-Length is missing',
  413: 'The body is too large',
  415: 'This content type is not taken here',
  422: 'Invalid values',
  503: 'Nothing was accepted; try again after Retry-After seconds',
} as const;

type Refusal = keyof typeof meanings;

/** The error answers of a route, for its reference. */
export const errorResponses = <const Status extends Refusal>(...statuses: readonly Status[]) =>
  Object.fromEntries(
    statuses.map((status) => [status, { ...ErrorBody, description: meanings[status] }]),
  ) as unknown as Record<Status, typeof ErrorBody>;
