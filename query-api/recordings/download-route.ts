import type { IncomingHttpHeaders } from 'node:http';
import { Type } from 'typebox';
import type { App } from '../../runtime/http/app.ts';
import { ApiError, notFound } from '../http/api-error.ts';
import { keyOf } from '../http/authentication.ts';
import { errorResponses } from '../http/error-responses.ts';
import type { Audio } from './audio.ts';
import { type ByteRange, byteRange } from './byte-range.ts';
import { contentDisposition } from './content-disposition.ts';
import type { RecordingFound } from './recording-query.ts';
import type { RecordingReader } from './recording-reader.ts';
import { RecordingId } from './recording-routes.ts';

export type DownloadRoute = { readonly recordings: RecordingReader; readonly audio: Audio };

const DownloadParameters = Type.Object(
  { format: Type.Optional(Type.Enum(['wav', 'mp3'], { description: 'The stored format, if given.' })) },
  { additionalProperties: false },
);

const binary = { schema: { type: 'string', format: 'binary' } };
const bytes = (description: string) =>
  Type.Unsafe<unknown>({ description, content: { 'audio/wav': binary, 'audio/mpeg': binary } });

/** Even a day of audio over a slow line ends within this. */
const longestDownloadMs = 3_600_000;

/** Streams the audio through the API, for clients that cannot reach the object store. */
export const downloadRoute = (app: App, { recordings, audio }: DownloadRoute): void => {
  app.route({
    method: ['GET', 'HEAD'],
    url: '/v1/recordings/:id/download',
    config: { access: 'recordings:read' },
    handlerTimeout: longestDownloadMs,
    schema: {
      tags: ['recordings'],
      summary: 'Download a recording',
      description: 'The bytes as they were uploaded. Takes `Range`, `If-Range` and `If-None-Match`.',
      params: RecordingId,
      querystring: DownloadParameters,
      response: {
        200: bytes('The audio'),
        206: bytes('A range of it'),
        304: Type.Unsafe<unknown>({ type: 'null', description: 'The client has it already' }),
        ...errorResponses(401, 403, 404, 409, 416, 422, 503),
      },
    },
    handler: async (request, reply) => {
      const { tenantId } = keyOf(request);
      const row = await recordings.find(tenantId, request.params.id, request.signal);
      if (row === null) throw notFound('recording');
      const size = sizeOf(row, request.query.format);
      const etag = `"${row.sha256}"`;
      void reply.headers({
        'accept-ranges': 'bytes',
        'content-disposition': contentDisposition(row),
        'cache-control': 'private, no-cache',
        ...(row.sha256 !== '' && { etag }),
      });
      if (row.sha256 !== '' && request.headers['if-none-match'] === etag) return reply.code(304).send(null);

      const range = byteRange(rangeAsked(request.headers, etag), size);
      if (range === 'unsatisfiable') throw beyondEnd(size);
      void reply.headers(partHeaders(range, size)).code(range === 'whole' ? 200 : 206);
      void reply.type(row.content_type === '' ? 'application/octet-stream' : row.content_type);
      if (request.method === 'HEAD') return reply.send(null);

      const object = await audio.read(
        tenantId,
        row.object_key,
        range === 'whole' ? undefined : `bytes=${range.first}-${range.last}`,
      );
      if (object === null) throw new ApiError(409, 'RECORDING_NOT_AVAILABLE', 'The audio is no longer stored.');
      return reply.send(object.body);
    },
  });
};

const noAudio = {
  recording: 'There is no audio yet: the recording is still being made, or its audio was not uploaded.',
  uploading: 'There is no audio yet: the recording has ended, and its audio is awaited.',
  absent: 'There is no audio, and there will be none: its status is absent.',
  failed: 'There is no usable audio: its status is failed, and failure_reason says why.',
  deleted: 'There is no audio any more: it was deleted.',
} as const;

/** The size of audio that can be given in this format. */
const sizeOf = (row: RecordingFound, format: string | undefined): number => {
  if (row.status !== 'available' || row.bytes === null) {
    throw new ApiError(
      409,
      'RECORDING_NOT_AVAILABLE',
      noAudio[row.status as keyof typeof noAudio] ?? 'There is no audio.',
    );
  }
  if (format !== undefined && format !== row.format) {
    const message = `The recording is stored as ${row.format || 'another format'}; leave format out to get it.`;
    throw new ApiError(422, 'FORMAT_NOT_AVAILABLE', message, { details: [{ field: 'format', message }] });
  }
  return row.bytes;
};

/** A range of bytes that the client has in another version is no use to it. */
const rangeAsked = (headers: IncomingHttpHeaders, etag: string): string | undefined => {
  const ifRange = headers['if-range'];
  return ifRange === undefined || ifRange === etag ? headers.range : undefined;
};

const partHeaders = (range: Exclude<ByteRange, 'unsatisfiable'>, size: number): Record<string, string> =>
  range === 'whole'
    ? { 'content-length': String(size) }
    : {
        'content-length': String(range.last - range.first + 1),
        'content-range': `bytes ${range.first}-${range.last}/${size}`,
      };

const beyondEnd = (size: number): ApiError =>
  new ApiError(416, 'RANGE_NOT_SATISFIABLE', `The audio has ${size} bytes.`, {
    headers: { 'content-range': `bytes */${size}` },
  });
