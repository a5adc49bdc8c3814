import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import type { App } from '../../runtime/http/app.ts';
import { invalid } from '../../runtime/http/http-error.ts';
import { microsFromIso } from '../../schemas/event-json.ts';
import { nameForm, switchNameRules } from '../../schemas/names.ts';
import { cleanText } from '../clean-text.ts';
import { type Source, switchOf, timeRejection } from '../dialect.ts';
import { eventMessage, type Publish } from '../publishing.ts';
import { audioTypes } from '../recordings/audio-format.ts';
import { declaredDigest } from '../recordings/declared-digest.ts';
import { recordingKey } from '../recordings/object-key.ts';
import { type AudioStore, upload } from '../recordings/upload.ts';
import { uploadedEvent } from '../recordings/uploaded-event.ts';
import { ApiError } from './api-error.ts';
import { keyOf } from './authentication.ts';
import { errorResponses } from './error-responses.ts';
import { mediaType } from './record-bodies.ts';

export type RecordingRoutes = {
  store: AudioStore;
  publish: Publish;
  nowUs: () => number;
  isChecksumMismatch: (error: unknown) => boolean;
  mostBytes: number;
  idleTimeoutMs: number;
  uploaded: (bytes: number) => void;
};

const Params = Type.Object({
  recording_id: Type.String({
    pattern: '^[A-Za-z0-9._:-]{1,200}$',
    description: '1 to 200 letters, digits and . _ : -',
  }),
});

const name = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 255, description }));
const instant = (description: string) =>
  Type.Optional(Type.String({ format: 'date-time', maxLength: 40, description }));

const Query = Type.Object(
  {
    call_key: name('The call as its events name it; a recording without one is listed without a call.'),
    call_started_at: instant('When the call started, as in its events.'),
    leg_id: name('The leg that was recorded.'),
    started_at: instant('When the recording started.'),
    switch: Type.Optional(
      Type.String({
        ...switchNameRules,
        description: `the name of the switch, ${nameForm}; unnecessary with a key of that switch's own`,
      }),
    ),
  },
  { additionalProperties: false },
);

const Stored = Type.Object({
  data: Type.Object({
    recording_id: Type.String(),
    bytes: Type.Integer(),
    sha256: Type.String(),
    status: Type.Literal('uploading'),
  }),
  meta: Type.Object({ request_id: Type.String() }),
});

type Asked = FastifyRequest<{ Params: Static<typeof Params>; Querystring: Static<typeof Query> }>;

/** Takes the audio of recordings; told to the recordings processor once all of it is stored. */
export const recordingRoutes = (app: App, routes: RecordingRoutes): void => {
  app.addContentTypeParser([...audioTypes], (_request: FastifyRequest, payload: IncomingMessage, done) => {
    done(null, payload);
  });
  app.put(
    '/v1/recordings/:recording_id',
    {
      schema: {
        summary: 'Upload the audio of a recording',
        description:
          'Send `content-length` and the SHA-256 of the audio as `x-content-sha256` (hex), `content-digest` or `digest`. ' +
          'The same bytes again answer 200, other bytes under the same id 409; half an upload leaves nothing.',
        tags: ['recordings'],
        consumes: [...audioTypes],
        params: Params,
        querystring: Query,
        response: { 200: Stored, 201: Stored, ...errorResponses(401, 403, 408, 409, 411, 413, 415, 422, 503) },
      },
    },
    async (request, reply) => store(routes, request, reply),
  );
};

const store = async (routes: RecordingRoutes, request: Asked, reply: FastifyReply): Promise<Static<typeof Stored>> => {
  const observedAtUs = routes.nowUs();
  const bytes = lengthOf(request, routes.mostBytes);
  const digest = declaredDigest(request.headers);
  if ('problem' in digest) throw invalid([{ field: digest.header, message: digest.problem }]);
  const switchId = switchNamed(request, observedAtUs);
  const times = timesOf(request.query, observedAtUs);
  const { tenantId } = keyOf(request);
  const { recording_id: recordingId } = request.params;
  const objectKey = recordingKey(tenantId, recordingId);
  const { sha256Hex } = digest;

  const { outcome, format } = await storing(routes, digest.header, {
    key: objectKey,
    source: request.body as IncomingMessage,
    contentType: mediaType(request),
    bytes,
    sha256Hex,
    idleTimeoutMs: routes.idleTimeoutMs,
  });
  if (outcome === 'conflict')
    throw new ApiError(409, 'RECORDING_CONFLICT', 'Other bytes are stored under this id; upload them under another.');

  const { query } = request;
  await routes.publish([
    eventMessage(
      uploadedEvent({
        ...times,
        ...format,
        tenantId,
        switchId,
        recordingId,
        objectKey,
        bytes,
        sha256Hex,
        observedAtUs,
        callKey: cleanText(query.call_key ?? ''),
        legId: cleanText(query.leg_id ?? '') || null,
        bucket: routes.store.bucket,
      }),
    ),
  ]);
  if (outcome === 'stored') routes.uploaded(bytes);
  reply.code(outcome === 'stored' ? 201 : 200);
  const data = { recording_id: recordingId, bytes, sha256: sha256Hex, status: 'uploading' as const };
  return { data, meta: { request_id: request.id } };
};

const storing = async (
  routes: RecordingRoutes,
  header: string,
  given: Parameters<typeof upload>[1],
): ReturnType<typeof upload> => {
  try {
    return await upload(routes.store, given);
  } catch (error) {
    if (!routes.isChecksumMismatch(error)) throw error;
    const details = [{ field: header, message: 'is not the SHA-256 of the bytes that came' }];
    throw new ApiError(422, 'CHECKSUM_MISMATCH', 'The audio is not what was declared; send it again.', { details });
  }
};

const lengthOf = ({ headers }: FastifyRequest, mostBytes: number): number => {
  const declared = headers['content-length'];
  if (declared === undefined)
    throw new ApiError(411, 'LENGTH_REQUIRED', 'Send content-length, the number of bytes of the audio.');
  const bytes = Number(declared);
  if (bytes > mostBytes) throw new ApiError(413, 'PAYLOAD_TOO_LARGE', `The audio is larger than ${mostBytes} bytes.`);
  if (bytes === 0) throw invalid([{ field: 'content-length', message: 'must not be 0: there is no audio in it' }]);
  return bytes;
};

const switchNamed = (request: Asked, observedAtUs: number): string => {
  const { tenantId, switchId } = keyOf(request);
  const askedSwitchId = request.query.switch ?? null;
  const source: Source = { tenantId, observedAtUs, askedSwitchId, boundSwitchId: switchId };
  const named = switchOf(source, '', 'switch');
  if (!('rejection' in named)) return named.switchId;
  const { code, field, message } = named.rejection;
  if (code === 'SWITCH_NOT_ALLOWED') throw new ApiError(403, code, message, { details: [{ field, message }] });
  const missing = 'is missing: name the switch with ?switch=NAME, or use a key of that switch';
  throw invalid([{ field, message: code === 'SWITCH_UNKNOWN' ? missing : message }]);
};

const timesOf = (
  { call_started_at, started_at }: Static<typeof Query>,
  nowUs: number,
): { callStartedAtUs: number | null; startedAtUs: number | null } => {
  const read = (field: string, text: string | undefined): number | null => {
    if (text === undefined) return null;
    const us = microsFromIso(text);
    const refused = timeRejection(us, field, nowUs);
    if (refused !== null) throw invalid([{ field, message: refused.rejection.message }]);
    return us;
  };
  return { callStartedAtUs: read('call_started_at', call_started_at), startedAtUs: read('started_at', started_at) };
};
