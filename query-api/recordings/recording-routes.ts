import { Type } from 'typebox';
import type { App } from '../../runtime/http/app.ts';
import { notFound } from '../http/api-error.ts';
import { keyOf } from '../http/authentication.ts';
import { errorResponses } from '../http/error-responses.ts';
import type { Cursors } from '../listing/cursor.ts';
import { pageBody, pageOf } from '../listing/page-body.ts';
import { orderOf, readPageRequest } from '../listing/page-request.ts';
import type { DownloadLinks } from './download-links.ts';
import { readRecordingFilters, RecordingListParameters } from './list-parameters.ts';
import { Recording, recordingBody, recordingDetail, RecordingSummary } from './recording-body.ts';
import type { RecordingFound } from './recording-query.ts';
import type { RecordingReader } from './recording-reader.ts';

export type RecordingRoutes = {
  readonly recordings: RecordingReader;
  readonly links: DownloadLinks;
  readonly cursors: Cursors;
};

export const RecordingId = Type.Object({ id: Type.String({ minLength: 1, maxLength: 300 }) });

/** Recordings, each with a link to its audio that was signed at that moment. */
export const recordingRoutes = (app: App, { recordings, links, cursors }: RecordingRoutes): void => {
  const withLink = async (tenantId: string, row: RecordingFound) =>
    recordingBody(row, await links.linkTo(tenantId, row));

  app.route({
    method: 'GET',
    url: '/v1/recordings',
    config: { access: 'recordings:read' },
    schema: {
      tags: ['recordings'],
      summary: 'List recordings',
      querystring: RecordingListParameters,
      response: { 200: pageOf(RecordingSummary), ...errorResponses(400, 401, 403, 422, 503) },
    },
    handler: async (request) => {
      const { tenantId } = keyOf(request);
      const filters = readRecordingFilters(request.query);
      const scope = { resource: 'recordings', tenantId, filters: { ...filters, order: orderOf(request.query.sort) } };
      const page = readPageRequest(request.query, cursors, scope);
      const { rows, next, total } = await recordings.list(tenantId, filters, page, request.signal);
      const data = await Promise.all(rows.map(async (row) => withLink(tenantId, row)));
      return pageBody({ data, next, total, request: page, url: request.originalUrl }, cursors, scope);
    },
  });

  app.route({
    method: 'GET',
    url: '/v1/recordings/:id',
    config: { access: 'recordings:read' },
    schema: {
      tags: ['recordings'],
      summary: 'Get a recording',
      params: RecordingId,
      response: { 200: Type.Object({ data: Recording }), ...errorResponses(401, 403, 404, 422, 503) },
    },
    handler: async (request) => {
      const { tenantId } = keyOf(request);
      const row = await recordings.find(tenantId, request.params.id, request.signal);
      if (row === null) throw notFound('recording');
      const [told, link] = await Promise.all([
        recordings.told(tenantId, row, request.signal),
        links.linkTo(tenantId, row),
      ]);
      return { data: recordingDetail(row, told, link) };
    },
  });
};
