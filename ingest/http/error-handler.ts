import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { MalformedArray } from '../json-elements.ts';
import { UploadStalled } from '../recordings/watched-body.ts';
import { ApiError, type ErrorCode, unavailable } from './api-error.ts';

/** Whether an error means that an engine is down or full, as opposed to a bug of ours. */
export type IsPassing = (error: unknown) => boolean;

/** Answers every error with the one envelope; what the client did not cause is logged and not told. */
export const createErrorHandler =
  (isPassing: IsPassing) =>
  async (error: FastifyError, request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const told = toApiError(error, isPassing);
    if (request.raw.socket.destroyed) request.log.debug({ err: error }, 'the client went away');
    else if (told.statusCode === 500) request.log.error({ err: error }, 'a request failed');
    else if (told.statusCode > 500) request.log.warn({ err: error }, 'a request could not be served now');
    const { code, message, details } = told;
    await reply
      .code(told.statusCode)
      .headers(told.headers)
      .type('application/json; charset=utf-8')
      .send({ error: { code, message, details, request_id: request.id } });
  };

/** Fastify's own refusals, in our words. */
const ofFastify: Readonly<Record<string, readonly [number, ErrorCode, string]>> = {
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [400, 'MALFORMED_REQUEST', 'The body is not as long as content-length says.'],
  FST_ERR_CTP_BODY_TOO_LARGE: [413, 'PAYLOAD_TOO_LARGE', 'The body is larger than 10 MiB; send fewer records at once.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [415, 'UNSUPPORTED_MEDIA_TYPE', 'This content type is not taken here; see /docs.'],
  FST_ERR_BAD_URL: [400, 'MALFORMED_REQUEST', 'The path is not a valid URL path.'],
};

const toApiError = (error: FastifyError, isPassing: IsPassing): ApiError => {
  if (error instanceof ApiError) return error;
  if (error instanceof MalformedArray) return new ApiError(400, 'MALFORMED_JSON', 'The body is not valid JSON.');
  if (error instanceof UploadStalled)
    return new ApiError(408, 'REQUEST_TIMEOUT', 'The body stopped coming; send it again.', {
      // What may still come of it must not be taken for the next request.
      headers: { connection: 'close' },
    });
  const known = ofFastify[error.code];
  if (known !== undefined) return new ApiError(...known);
  if (isPassing(error)) return unavailable('Nothing can be accepted now; send it again later.', 5);
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500)
    return new ApiError(error.statusCode, 'MALFORMED_REQUEST', error.message);
  return new ApiError(500, 'INTERNAL_ERROR', 'Something went wrong on our side; the request id helps to find it.');
};
