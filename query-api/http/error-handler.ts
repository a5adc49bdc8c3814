import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError, type ErrorCode, unavailable } from './api-error.ts';
import { dataHeaders, securityHeaders } from './security-headers.ts';

type Body = {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly details: ApiError['details'];
    readonly request_id: string;
  };
};

/** Answers every error with the one envelope; what the client did not cause is logged and not told. */
export const handleError = async (error: FastifyError, request: FastifyRequest, reply: FastifyReply): Promise<void> => {
  const told = toApiError(error);
  if (request.raw.socket.destroyed) request.log.debug({ err: error }, 'the client went away');
  else if (told.statusCode === 500) request.log.error({ err: error }, 'a request failed');
  else if (told.statusCode > 500) request.log.warn({ err: error }, 'a request could not be served now');
  await reply
    .code(told.statusCode)
    // Given here too, because a request that found no route at all runs no hooks.
    .headers({ ...securityHeaders, ...dataHeaders, 'x-request-id': request.id, ...told.headers })
    .type('application/json; charset=utf-8')
    .send(errorBody(told, request.id));
};

export const errorBody = ({ code, message, details }: ApiError, requestId: string): Body => ({
  error: { code, message, details, request_id: requestId },
});

/** Fastify's own refusals, in our words. */
const ofFastify: Readonly<Record<string, readonly [number, ErrorCode, string]>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: [400, 'MALFORMED_JSON', 'The body is not valid JSON.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: [400, 'MALFORMED_JSON', 'The body is empty, but its content type says JSON.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [400, 'MALFORMED_REQUEST', 'The body is not as long as content-length says.'],
  FST_ERR_CTP_BODY_TOO_LARGE: [413, 'PAYLOAD_TOO_LARGE', 'The body is too large.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [415, 'UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json.'],
  FST_ERR_MAX_PARAM_LENGTH: [404, 'RESOURCE_NOT_FOUND', 'There is nothing at this path: no id is as long.'],
  FST_ERR_BAD_URL: [400, 'MALFORMED_REQUEST', 'The path is not a valid URL path.'],
};

const toApiError = (error: FastifyError): ApiError => {
  if (error instanceof ApiError) return error;
  const known = ofFastify[error.code];
  if (known !== undefined) return new ApiError(...known);
  if (error.code === 'FST_ERR_HANDLER_TIMEOUT') {
    return unavailable('TIMEOUT', 'The answer took too long; ask for a shorter time range.');
  }
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return new ApiError(error.statusCode, 'MALFORMED_REQUEST', error.message);
  }
  return new ApiError(500, 'INTERNAL_ERROR', 'Something went wrong on our side; the request id helps to find it.');
};
