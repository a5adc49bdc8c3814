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

/** Names the error answers of a route, for its reference; `meanings` says what each status means in this service. */
export const errorResponsesOf =
  <Known extends number>(meanings: Readonly<Record<Known, string>>) =>
  <const Status extends Known>(...statuses: readonly Status[]) =>
    Object.fromEntries(
      statuses.map((status) => [status, { ...ErrorBody, description: meanings[status] }]),
    ) as unknown as Record<Status, typeof ErrorBody>;
