import type { FastifyInstance } from 'fastify';
import { unavailable } from './api-error.ts';

/**
 * Refuses a request when the bodies being read and judged would together take more than `mostBytes`, at once: a switch
 * that is told so tries again, memory that is full takes everybody down.
 */
export const limitBytes = (app: FastifyInstance, mostBytes: number, mostBytesOfOne: number): void => {
  let taken = 0;
  app.addHook('onRequest', async (request, reply) => {
    const declared = Number(request.headers['content-length'] ?? mostBytesOfOne);
    const bytes = Math.min(Number.isNaN(declared) ? mostBytesOfOne : declared, mostBytesOfOne);
    if (taken + bytes > mostBytes) throw unavailable('Too much is being sent at once; try again.', 1);
    taken += bytes;
    // Also emitted when the client went away before the answer.
    reply.raw.once('close', () => {
      taken -= bytes;
    });
  });
};
