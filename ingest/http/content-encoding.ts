import type { FastifyInstance } from 'fastify';
import { ApiError } from './api-error.ts';

/** Bodies are taken as they are: a compressed one would be called malformed, or kept as audio that nobody can play. */
export const refuseEncodedBodies = (app: FastifyInstance): void => {
  app.addHook('onRequest', async ({ headers }) => {
    const encoding = headers['content-encoding'] ?? 'identity';
    if (encoding === 'identity') return;
    throw new ApiError(415, 'UNSUPPORTED_MEDIA_TYPE', 'Encoded bodies are not taken here; send the body as it is.', {
      details: [{ field: 'content-encoding', message: 'must be left out' }],
    });
  });
};
