import type { FastifyInstance, FastifyRequest } from 'fastify';
import { linesOfJson, recordsOfText, type SentRecord, valuesOfJson } from '../records.ts';
import type { TextForm } from '../text-form.ts';
import { ApiError } from './api-error.ts';

export const maxBodyBytes = 10 * 1024 * 1024;
const maxRecords = 10_000;

const lineTypes: readonly string[] = ['application/x-ndjson', 'application/ndjson', 'application/jsonl'];
export const jsonTypes: readonly string[] = ['application/json', ...lineTypes];

/** Leaves bodies of these types as bytes. */
export const takeBodies = (app: FastifyInstance, types: readonly string[]): void => {
  app.addContentTypeParser([...types], { parseAs: 'buffer', bodyLimit: maxBodyBytes }, (_request, body, done) => {
    done(null, body);
  });
};

/** The records of a body of JSON: one, an array of them, or one a line. */
export const jsonRecords = (request: FastifyRequest): Iterable<SentRecord> =>
  lineTypes.includes(mediaType(request))
    ? upTo(maxRecords, linesOfJson(bodyOf(request)))
    : valueRecords(bodyOf(request));

/** One record, or an array of them; nothing is accepted of an array that is malformed anywhere. */
export const valueRecords = (body: Buffer): Iterable<SentRecord> => upTo(maxRecords, valuesOfJson(body));

/** The records of a body of text. */
export const textRecords = (form: TextForm, request: FastifyRequest): Iterable<SentRecord> =>
  upTo(maxRecords, recordsOfText(form, bodyOf(request)));

/** The body's bytes; none where nothing was sent. */
export const bodyOf = ({ body }: FastifyRequest): Buffer => (Buffer.isBuffer(body) ? body : Buffer.alloc(0));

export const mediaType = (request: FastifyRequest): string =>
  (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';

const tooMany = (): ApiError =>
  new ApiError(413, 'PAYLOAD_TOO_LARGE', `More than ${maxRecords} records at once; send several requests.`);

function* upTo(most: number, records: Iterable<SentRecord>): Generator<SentRecord> {
  let count = 0;
  for (const record of records) {
    count += 1;
    if (count > most) throw tooMany();
    yield record;
  }
}
