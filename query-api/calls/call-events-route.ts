import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { App } from '../../runtime/http/app.ts';
import { accepts } from '../http/accepted.ts';
import { ApiError } from '../http/api-error.ts';
import { keyOf } from '../http/authentication.ts';
import { errorResponses } from '../http/error-responses.ts';
import type { Cursors } from '../listing/cursor.ts';
import type { Key } from '../listing/keyset.ts';
import { pageBody, pageOf } from '../listing/page-body.ts';
import { pagesFrom } from '../listing/page-reader.ts';
import { mostByCursor } from '../listing/page-request.ts';
import type { CallDetailRow } from './call-columns.ts';
import { type CallEventPage, type EventBody, eventBodies } from './call-events.ts';
import type { CallReader } from './call-reader.ts';
import { CallEventPair } from './call-schemas.ts';
import { CallId, findCall, withheldOf } from './find-call.ts';

export type CallEventsRoute = { readonly calls: CallReader; readonly cursors: Cursors };

const defaultLimit = 1000;
const eventsPerRead = 2000;
const ndjson = 'application/x-ndjson';

const Parameters = Type.Object(
  {
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: mostByCursor, default: defaultLimit, description: 'Events a page.' }),
    ),
    cursor: Type.Optional(
      Type.String({ minLength: 1, maxLength: 400, description: '`meta.next_cursor` of the page before.' }),
    ),
  },
  { additionalProperties: false },
);

const description = `The events the call was made from, those of calls that were merged into it among them, in the order
of their times. As JSON a page at a time, each event in the canonical form beside what the switch itself called it. With
\`accept: ${ndjson}\` all of them as a download, one canonical event a line, as \`POST /v1/events\` and
\`trunkline call assemble\` take them.`;

/** A call's events, in pages or as a download. */
export const callEventsRoute = (app: App, { calls, cursors }: CallEventsRoute): void => {
  app.route({
    method: 'GET',
    url: '/v1/calls/:id/events',
    config: { access: 'calls:read' },
    schema: {
      tags: ['calls'],
      summary: 'Get the events of a call',
      description,
      params: CallId,
      querystring: Parameters,
      response: { 200: pageOf(CallEventPair), ...errorResponses(400, 401, 403, 404, 409, 422, 503) },
    },
    handler: async (request, reply) => {
      const { tenantId } = keyOf(request);
      const { limit = defaultLimit, cursor } = request.query;
      const isDownload = accepts(request, reply, ndjson);
      if (isDownload && request.originalUrl.includes('?')) throw wholeOnly();
      const call = await findCall(calls, tenantId, request.params.id, request.signal);
      const read = async (size: number, after: Key | null): Promise<CallEventPage> =>
        calls.events(tenantId, call, { limit: size, after }, request.signal);
      if (isDownload) return sendAll(reply, call, read);
      const scope = { resource: 'call-events', tenantId, filters: { call: call.call_id } };
      const { events, next } = await read(limit, cursor === undefined ? null : cursors.decode(cursor, scope));
      const data = eventBodies(events, withheldOf(call)).map(withNative);
      const page = { order: 'oldest', limit, page: null, place: { after: null }, wantsTotal: false } as const;
      return pageBody({ data, next, total: null, request: page, url: request.originalUrl }, cursors, scope);
    },
  });
};

const wholeOnly = (): ApiError =>
  new ApiError(400, 'CONFLICTING_PARAMETERS', `A download as ${ndjson} has all events: leave limit and cursor out.`);

/** The event, and beside it the words in which the switch told it. */
const withNative = (event: EventBody) => ({ event, native: { ...event.native, fields: event.extra } });

type Read = (limit: number, after: Key | null) => Promise<CallEventPage>;

const sendAll = async (reply: FastifyReply, call: CallDetailRow, read: Read): Promise<FastifyReply> => {
  // Read before the answer begins: what fails here can still be told.
  const first = await read(eventsPerRead, null);
  const lines = async function* (): AsyncGenerator<string> {
    for await (const { events } of pagesFrom(first, async (after) => read(eventsPerRead, after))) {
      for (const event of eventBodies(events, withheldOf(call))) yield `${JSON.stringify(event)}\n`;
    }
  };
  void reply.header('content-disposition', `attachment; filename="${call.call_id}.ndjson"`);
  return reply.type(`${ndjson}; charset=utf-8`).send(Readable.from(lines()));
};
