import { Type } from 'typebox';
import type { App } from '../../runtime/http/app.ts';
import { notFound } from '../http/api-error.ts';
import { keyOf } from '../http/authentication.ts';
import { errorResponses } from '../http/error-responses.ts';
import type { Cursors } from '../listing/cursor.ts';
import { pageBody, pageOf } from '../listing/page-body.ts';
import { orderOf, readPageRequest } from '../listing/page-request.ts';
import { QuarantineListParameters, readQuarantineFilters } from './list-parameters.ts';
import { Refused, refusedBody, RefusedWithBytes, refusedWithBytes } from './quarantine-body.ts';
import type { QuarantineReader } from './quarantine-reader.ts';

export type QuarantineRoutes = { readonly quarantine: QuarantineReader; readonly cursors: Cursors };

export const QuarantineId = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) });

/** What switches sent and could not be used: kept with the reason, so that nothing is lost in silence. */
export const quarantineRoutes = (app: App, { quarantine, cursors }: QuarantineRoutes): void => {
  app.route({
    method: 'GET',
    url: '/v1/quarantine',
    config: { access: 'quarantine:read' },
    schema: {
      tags: ['quarantine'],
      summary: 'List refused records',
      querystring: QuarantineListParameters,
      response: { 200: pageOf(Refused), ...errorResponses(400, 401, 403, 422, 503) },
    },
    handler: async (request) => {
      const { tenantId } = keyOf(request);
      const { ids, status = null } = request.query;
      const filters = readQuarantineFilters(request.query, { ids: ids?.split(',') ?? null, status });
      const scope = { resource: 'quarantine', tenantId, filters: { ...filters, order: orderOf(request.query.sort) } };
      const page = readPageRequest(request.query, cursors, scope);
      const { rows, next, total } = await quarantine.list(tenantId, filters, page, request.signal);
      const data = rows.map(refusedBody);
      return pageBody({ data, next, total, request: page, url: request.originalUrl }, cursors, scope);
    },
  });

  app.route({
    method: 'GET',
    url: '/v1/quarantine/:id',
    config: { access: 'quarantine:read' },
    schema: {
      tags: ['quarantine'],
      summary: 'Get a refused record with its bytes and all that was done about it',
      params: QuarantineId,
      response: { 200: Type.Object({ data: RefusedWithBytes }), ...errorResponses(401, 403, 404, 422, 503) },
    },
    handler: async (request) => {
      const { tenantId } = keyOf(request);
      const { id } = request.params;
      const [[found], steps] = await Promise.all([
        quarantine.find(tenantId, [id], request.signal),
        quarantine.steps(tenantId, id, request.signal),
      ]);
      if (found === undefined) throw notFound('refused record');
      return { data: refusedWithBytes(found, steps) };
    },
  });
};
