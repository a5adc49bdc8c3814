import type { FastifyInstance } from 'fastify';
import type { HttpError } from './http-error.ts';

/** Refuses what still comes on open connections once the server closes: what its routes need closes too. */
export const refuseWhenStopping = (app: FastifyInstance, refusal: () => HttpError): void => {
  let stopping = false;
  app.addHook('preClose', async () => {
    stopping = true;
  });
  app.addHook('onRequest', async () => {
    if (stopping) throw refusal();
  });
};
