import { Type } from 'typebox';
import type { App } from '../../runtime/http/app.ts';
import { mayUse } from '../../schemas/api-keys.ts';
import type { ApiKey } from '../../schemas/directory.ts';
import { keyOf } from '../http/authentication.ts';
import { errorResponses } from '../http/error-responses.ts';
import type { Cursors } from '../listing/cursor.ts';
import { pageBody, pageOf } from '../listing/page-body.ts';
import { orderOf, readPageRequest } from '../listing/page-request.ts';
import type { DownloadLinks } from '../recordings/download-links.ts';
import { callDetail, callSummary } from './call-body.ts';
import type { CallDetailRow } from './call-columns.ts';
import { eventBodies } from './call-events.ts';
import { callEventsRoute } from './call-events-route.ts';
import type { CallReader } from './call-reader.ts';
import { Call, CallSummary } from './call-schemas.ts';
import { CallId, found, withheldOf } from './find-call.ts';
import { timelineRoute } from './timeline/timeline-route.ts';
import { CallListParameters, readCallFilters } from './list-parameters.ts';

export type CallRoutes = { readonly calls: CallReader; readonly links: DownloadLinks; readonly cursors: Cursors };

/** Shown with the call itself; the rest is had from the events' own route. */
const mostEvents = 5000;

/** Live and past calls, in one form from the first event on. */
export const callRoutes = (app: App, parts: CallRoutes): void => {
  listRoute(app, parts);
  callRoute(app, parts);
  callEventsRoute(app, parts);
  timelineRoute(app, parts);
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
      response: { 200: Type.Object({ data: Call }), ...errorResponses(401, 403, 404, 409, 422, 503) },
    },
    handler: async (request) => {
      const key = keyOf(request);
      const { call, events } = found(
        await calls.findWithEvents(key.tenantId, request.params.id, { limit: mostEvents }, request.signal),
      );
      const recordingLinks = await linksOf(links, key, call, request.signal);
      const bodies = eventBodies(events.events, withheldOf(call));
      return {
        data: callDetail(call, { links: recordingLinks, events: bodies, eventsTruncated: events.next !== null }),
      };
    },
  });
};

/** Who may read calls may not yet hear them. */
const linksOf = async (
  links: DownloadLinks,
  key: ApiKey,
  call: CallDetailRow,
  signal: AbortSignal,
): ReturnType<DownloadLinks['linksOf']> =>
  mayUse(key, 'recordings:read') ? links.linksOf(key.tenantId, call.recording_ids, signal) : new Map();
