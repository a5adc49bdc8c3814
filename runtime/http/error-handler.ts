import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { CommonError, type CommonErrorCode, errorBody, HttpError } from './http-error.ts';
import { dataHeaders, securityHeaders } from './security-headers.ts';

/** What a service says in its own words. */
export type Refusals = {
  /** To a body that is larger than the limit. */
  readonly tooLarge: string;
  /** To a body of a type that is not taken. */
  readonly wrongType: string;
  /** To a request that comes while the process ends. */
  readonly stopping: () => HttpError;
  /** The answer to an error that only this service knows; null for every other. */
  readonly answerOf: (error: FastifyError) => HttpError | null;
};

/** Answers every error with the one envelope; what the client did not cause is logged and not told. */
export const createErrorHandler = (refusals: Refusals) => {
  const toHttpError = createTranslation(refusals);
  return async (error: FastifyError, request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const told = toHttpError(error);
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
};

type Refusal = readonly [status: number, code: CommonErrorCode, message: string];

const createTranslation = ({ tooLarge, wrongType, answerOf }: Refusals): ((error: FastifyError) => HttpError) => {
  /** Fastify's own refusals, in our words. */
  const ofFastify: Readonly<Record<string, Refusal>> = {
    FST_ERR_CTP_INVALID_JSON_BODY: [400, 'MALFORMED_JSON', 'The body is not valid JSON.'],
    FST_ERR_CTP_EMPTY_JSON_BODY: [400, 'MALFORMED_JSON', 'The body is empty, but its content type says JSON.'],
    FST_ERR_CTP_INVALID_CONTENT_LENGTH: [400, 'MALFORMED_REQUEST', 'The body is not as long as content-length says.'],
    FST_ERR_CTP_BODY_TOO_LARGE: [413, 'PAYLOAD_TOO_LARGE', tooLarge],
    FST_ERR_CTP_INVALID_MEDIA_TYPE: [415, 'UNSUPPORTED_MEDIA_TYPE', wrongType],
    FST_ERR_MAX_PARAM_LENGTH: [404, 'RESOURCE_NOT_FOUND', 'There is nothing at this path: no id is as long.'],
    FST_ERR_BAD_URL: [400, 'MALFORMED_REQUEST', 'The path is not a valid URL path.'],
  };
  return (error) => {
    if (error instanceof HttpError) return error;
    const known = ofFastify[error.code];
    if (known !== undefined) return new CommonError(...known);
    const own = answerOf(error);
    if (own !== null) return own;
    if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500)
      return new CommonError(error.statusCode, 'MALFORMED_REQUEST', error.message);
    const message = 'Something went wrong on our side; the request id helps to find it.';
    return new CommonError(500, 'INTERNAL_ERROR', message);
  };
};
