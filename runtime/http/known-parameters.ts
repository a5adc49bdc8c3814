import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';

const noParameters = Type.Object({}, { additionalProperties: false });

/** Routes of the reference that say nothing of parameters take none: one that is mistaken for a field is refused. */
export const refuseUnknownParameters = (app: FastifyInstance): void => {
  app.addHook('onRoute', ({ schema }) => {
    if (schema !== undefined && schema.hide !== true) schema.querystring ??= noParameters;
  });
};
