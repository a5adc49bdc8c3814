import { type Static, Type } from 'typebox';
import type { App } from '../../runtime/http/app.ts';
import { notFound } from '../http/api-error.ts';
import { keyOf } from '../http/authentication.ts';
import { errorResponses } from '../http/error-responses.ts';
import { instant, maybeText, textOrNull } from '../http/value-schemas.ts';
import type { Cursors } from '../listing/cursor.ts';
import { pageBody, pageOf } from '../listing/page-body.ts';
import { orderOf, readPageRequest } from '../listing/page-request.ts';
import { QuarantineListParameters, readQuarantineFilters } from './list-parameters.ts';
import type { QuarantineFound } from './quarantine-query.ts';
import type { QuarantineReader } from './quarantine-reader.ts';

export type QuarantineRoutes = { readonly quarantine: QuarantineReader; readonly cursors: Cursors };

const summary = {
  id: Type.String(),
  received_at: instant(),
  code: Type.String({ description: 'Why it could not be used; stable.' }),
  message: Type.String({ description: 'The same for people, with the way out.' }),
  field: maybeText('Path of the offending field; null where it is the whole record.'),
  stage: Type.String({ description: 'Who refused it.' }),
  source: Type.String({ description: 'Where it came from.' }),
  switch_id: maybeText(),
  raw_bytes: Type.Integer({ description: 'Size of the record.' }),
};
const Refused = Type.Object(summary, { title: 'QuarantinedRecord' });
const RefusedWithBytes = Type.Object({
  ...summary,
  raw_base64: Type.String({ contentEncoding: 'base64', description: 'The record as it came.' }),
});

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
      const filters = readQuarantineFilters(request.query);
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
      summary: 'Get a refused record with its bytes',
      params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) }),
      response: { 200: Type.Object({ data: RefusedWithBytes }), ...errorResponses(401, 403, 404, 503) },
    },
    handler: async (request) => {
      const row = await quarantine.find(keyOf(request).tenantId, request.params.id, request.signal);
      if (row === null) throw notFound('refused record');
      return { data: { ...refusedBody(row), raw_base64: row.raw_base64 } };
    },
  });
};

const refusedBody = (row: QuarantineFound): Static<typeof Refused> => ({
  id: row.quarantine_id,
  received_at: row.received_at,
  code: row.code,
  message: row.message,
  field: textOrNull(row.field),
  stage: row.stage,
  source: row.source,
  switch_id: textOrNull(row.switch_id),
  raw_bytes: row.raw_bytes,
});
