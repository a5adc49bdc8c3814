import type { FastifyError } from 'fastify';
import { MalformedArray } from '../json-elements.ts';
import { UploadStalled } from '../recordings/watched-body.ts';
import { ApiError, unavailable } from './api-error.ts';

/** Whether an error means that an engine is down or full, as opposed to a bug of ours. */
export type IsPassing = (error: unknown) => boolean;

/** The answers to errors that only ingest knows. */
export const answersOf =
  (isPassing: IsPassing) =>
  (error: FastifyError): ApiError | null => {
    if (error instanceof MalformedArray) return new ApiError(400, 'MALFORMED_JSON', 'The body is not valid JSON.');
    if (error instanceof UploadStalled)
      return new ApiError(408, 'REQUEST_TIMEOUT', 'The body stopped coming; send it again.', {
        // What may still come of it must not be taken for the next request.
        headers: { connection: 'close' },
      });
    return isPassing(error) ? unavailable('Nothing can be accepted now; send it again later.', 5) : null;
  };
