import { Type } from 'typebox';

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
  400: 'Malformed, or parameters that contradict each other',
  401: 'No valid API key',
  403: 'The API key lacks the scope',
  404: 'There is no such thing for this tenant',
  409: 'Not possible in its present state',
  413: 'The body is too large',
  415: 'The body is not JSON',
  416: 'The range is outside the audio',
  422: 'Invalid values',
  503: 'Busy or restarting; try again after Retry-After seconds',
} as const;

type Refusal = keyof typeof meanings;

/** The error answers of a route, for its reference. */
export const errorResponses = <const Status extends Refusal>(...statuses: readonly Status[]) =>
  Object.fromEntries(
    statuses.map((status) => [status, { ...ErrorBody, description: meanings[status] }]),
  ) as unknown as Record<Status, typeof ErrorBody>;
