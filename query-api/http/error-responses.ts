import { errorResponsesOf } from '../../runtime/http/error-responses.ts';

/** The error answers of a route, for its reference. */
export const errorResponses = errorResponsesOf({
  400: 'Malformed, or parameters that contradict each other',
  401: 'No valid API key',
  403: 'The API key lacks the scope',
  404: 'There is no such thing for this tenant',
  409: 'Not possible in its present state',
  413: 'The body is too large',
  415: 'The body is not JSON',
  416: 'The range is outside the audio',
  422: 'Invalid values',
  503: 'Busy or restarting; try again after Retry-After seconds',
});
