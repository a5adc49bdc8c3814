import { Type } from 'typebox';
import type { App } from '../../runtime/http/app.ts';
import { mayUse } from '../../schemas/api-keys.ts';
import type { ApiKey } from '../../schemas/directory.ts';
import { ApiError, notFound } from '../http/api-error.ts';
import { keyOf } from '../http/authentication.ts';
import { errorResponses } from '../http/error-responses.ts';
import type { Cursors } from '../listing/cursor.ts';
import { pageBody, pageOf } from '../listing/page-body.ts';
import { orderOf, readPageRequest } from '../listing/page-request.ts';
import type { DownloadLinks } from '../recordings/download-links.ts';
import { callDetail, callSummary } from './call-body.ts';
import type { CallDetailRow } from './call-columns.ts';
import { eventBodies } from './call-events.ts';
import type { CallReader } from './call-reader.ts';
import { Call, CallEvents, CallSummary } from './call-schemas.ts';
import { CallListParameters, readCallFilters } from './list-parameters.ts';

export type CallRoutes = { readonly calls: CallReader; readonly links: DownloadLinks; readonly cursors: Cursors };

const CallId = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 300, description: 'Our id (`call_…`), or one of the switch.' }),
});

const NoQuery = Type.Object({}, { additionalProperties: false });

/** Live and past calls, in one form from the first event on. */
export const callRoutes = (app: App, parts: CallRoutes): void => {
  listRoute(app, parts);
  callRoute(app, parts);
  eventsRoute(app, parts);
};

const listRoute = (app: App, { calls, cursors }: CallRoutes): void => {
  app.route({
    method: 'GET',
    url: '/v1/calls',
    config: { access: 'calls:read' },
    schema: {
      tags: ['calls'],
      summary: 'List calls',
      description: 'Calls in progress are listed too. Pages by cursor are exact while calls come and change.',
      querystring: CallListParameters,
      response: { 200: pageOf(CallSummary), ...errorResponses(400, 401, 403, 422, 503) },
    },
    handler: async (request) => {
      const { tenantId } = keyOf(request);
      const filters = readCallFilters(request.query);
      const order = orderOf(request.query.sort);
      const scope = { resource: 'calls', tenantId, filters: { ...filters, order } };
      const page = readPageRequest(request.query, cursors, scope);
      const { rows, next, total } = await calls.list(tenantId, filters, page, request.signal);
      const data = rows.map(callSummary);
      return pageBody({ data, next, total, request: page, url: request.originalUrl }, cursors, scope);
    },
  });
};

const callRoute = (app: App, { calls, links }: CallRoutes): void => {
  app.route({
    method: 'GET',
    url: '/v1/calls/:id',
    config: { access: 'calls:read' },
    schema: {
      tags: ['calls'],
      summary: 'Get a call',
      description: 'With its legs, transfers, queue visits and recordings, and the events it was made from.',
      params: CallId,
      querystring: NoQuery,
      response: { 200: Type.Object({ data: Call }), ...errorResponses(401, 403, 404, 409, 422, 503) },
    },
    handler: async (request) => {
      const key = keyOf(request);
      const call = await findCall(calls, key.tenantId, request.params.id, request.signal);
      const [list, recordingLinks] = await Promise.all([
        calls.events(key.tenantId, call, request.signal),
        linksOf(links, key, call, request.signal),
      ]);
      const events = eventBodies(list.events, withheldOf(call));
      return { data: callDetail(call, { links: recordingLinks, events, eventsTruncated: list.truncated }) };
    },
  });
};

const eventsRoute = (app: App, { calls }: CallRoutes): void => {
  app.route({
    method: 'GET',
    url: '/v1/calls/:id/events',
    config: { access: 'calls:read' },
    schema: {
      tags: ['calls'],
      summary: 'Get the events of a call',
      params: CallId,
      querystring: NoQuery,
      response: {
        200: Type.Object({ data: CallEvents, meta: Type.Object({ truncated: Type.Boolean() }) }),
        ...errorResponses(401, 403, 404, 409, 422, 503),
      },
    },
    handler: async (request) => {
      const { tenantId } = keyOf(request);
      const call = await findCall(calls, tenantId, request.params.id, request.signal);
      const { events, truncated } = await calls.events(tenantId, call, request.signal);
      return { data: eventBodies(events, withheldOf(call)), meta: { truncated } };
    },
  });
};

const findCall = async (
  calls: CallReader,
  tenantId: string,
  id: string,
  signal: AbortSignal,
): Promise<CallDetailRow> => {
  const call = await calls.find(tenantId, id, signal);
  if (call === null) throw notFound('call');
  if (call !== 'ambiguous') return call;
  throw new ApiError(409, 'AMBIGUOUS_ID', 'Several calls have this id of the switch; list them with ?native_id=.');
};

const withheldOf = (call: CallDetailRow): readonly string[] =>
  call.caller_presentation === 'restricted' ? [call.caller_number, call.caller_e164, call.caller_name] : [];

/** Who may read calls may not yet hear them. */
const linksOf = async (
  links: DownloadLinks,
  key: ApiKey,
  call: CallDetailRow,
  signal: AbortSignal,
): ReturnType<DownloadLinks['linksOf']> =>
  mayUse(key, 'recordings:read') ? links.linksOf(key.tenantId, call.recording_ids, signal) : new Map();
