import { Readable } from 'node:stream';
import { Type } from 'typebox';
import type { App } from '../../runtime/http/app.ts';
import { keyOf } from '../http/authentication.ts';
import { errorResponses } from '../http/error-responses.ts';
import type { Key } from '../listing/keyset.ts';
import { pagesFrom } from '../listing/page-reader.ts';
import { orderOf } from '../listing/page-request.ts';
import { csvHead, csvRows } from './call-csv.ts';
import type { CallPage, CallReader } from './call-reader.ts';
import { CallExportParameters, readCallFilters } from './list-parameters.ts';

export type ExportRoute = { readonly calls: CallReader };

/** Exports that run at once; each has one query under way. */
export const mostExports = 8;

const callsPerRead = 2000;
/** Tens of millions of calls are read within this. */
const longestExportMs = 4 * 3_600_000;

const description = `All calls that fulfil the filters as CSV (RFC 4180, UTF-8), a line a call, its columns named and
ordered as the fields of CallSummary; those of objects as in \`caller_number\`, lists with blanks between. Cells that
begin like a formula have an apostrophe before them. Exact while calls come and change, as pages by cursor are. An
export that fails on its way breaks the connection off: it never ends as if it were whole.`;

/** Calls as one download, however many, without holding them in memory. */
export const exportRoute = (app: App, { calls }: ExportRoute): void => {
  app.route({
    method: 'GET',
    url: '/v1/calls/export',
    config: { access: 'calls:read' },
    handlerTimeout: longestExportMs,
    schema: {
      tags: ['calls'],
      summary: 'Export calls as CSV',
      description,
      querystring: CallExportParameters,
      response: {
        200: Type.Unsafe<unknown>({
          description: 'The calls',
          content: { 'text/csv': { schema: { type: 'string' } } },
        }),
        ...errorResponses(400, 401, 403, 422, 503),
      },
    },
    handler: async (request, reply) => {
      const { tenantId } = keyOf(request);
      const filters = readCallFilters(request.query);
      const order = orderOf(request.query.sort);
      const read = async (after: Key | null): Promise<CallPage> => {
        const page = { order, limit: callsPerRead, page: null, place: { after }, wantsTotal: false };
        return calls.list(tenantId, filters, page, request.signal);
      };
      // Read before the answer begins: what fails here can still be told.
      const first = await read(null);
      void reply.header('content-disposition', 'attachment; filename="calls.csv"');
      return reply.type('text/csv; charset=utf-8; header=present').send(Readable.from(textOf(first, read)));
    },
  });
};

const textOf = async function* (first: CallPage, read: (after: Key) => Promise<CallPage>): AsyncGenerator<string> {
  yield csvHead();
  for await (const { rows } of pagesFrom(first, read)) yield csvRows(rows);
};
