import { errorResponsesOf } from '../../runtime/http/error-responses.ts';

/** The error answers of a route, for its reference. */
export const errorResponses = errorResponsesOf({
  400: 'The body is malformed',
  401: 'No valid API key',
  403: 'The API key lacks the scope or is of another switch',
  408: 'The body stopped coming',
  409: 'Other bytes are stored under this id',
  411: 'Content-Length is missing',
  413: 'The body is too large',
  415: 'This content type is not taken here',
  422: 'Invalid values',
  503: 'Nothing was accepted; try again after Retry-After seconds',
});
