import type { FastifyInstance } from 'fastify';
import { unavailable } from './api-error.ts';

/** Refuses requests beyond the number that are served at once, at once: waiting would only make them time out later. */
export const limitLoad = (app: FastifyInstance, most: number): void => {
  let served = 0;
  app.addHook('onRequest', async (_request, reply) => {
    if (served >= most) throw unavailable('OVERLOADED', 'Too many requests at once; try again.');
    served += 1;
    // Also emitted when the client went away before the answer.
    reply.raw.once('close', () => {
      served -= 1;
    });
  });
};
