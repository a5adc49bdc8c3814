import type { ServerResponse } from 'node:http';

/**
 * Aborted when the client goes away before it has its answer. Routes that take a body use this: Fastify's own
 * `request.signal` is aborted as soon as the body has been read (and its `handlerTimeout` ends then, too).
 */
export function answerSignal({ raw }: { readonly raw: ServerResponse }): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) gone.abort(new Error('the client went away'));
  });
  return gone.signal;
}
