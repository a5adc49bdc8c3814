import type { FastifyInstance } from 'fastify';
import type { HttpError } from './http-error.ts';

/** Refuses requests beyond the number that are served at once, at once: waiting would only make them time out later. */
export const limitRequests = (app: FastifyInstance, most: number, refusal: () => HttpError): void => {
  let served = 0;
  app.addHook('onRequest', async (_request, reply) => {
    if (served >= most) throw refusal();
    served += 1;
    // Also emitted when the client went away before the answer.
    reply.raw.once('close', () => {
      served -= 1;
    });
  });
};
