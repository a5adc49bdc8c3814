import type { FastifyInstance } from 'fastify';

/** What every answer has, errors included. */
export const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'geolocation=(), camera=(), microphone=()',
} as const;

/** Answers are data of one tenant: no page may frame them, no cache may keep them, nothing in them may run. */
export const dataHeaders = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
} as const;

export const addSecurityHeaders = (app: FastifyInstance): void => {
  app.addHook('onSend', async (request, reply) => {
    reply.headers({ ...securityHeaders, 'x-request-id': request.id });
    for (const [name, value] of Object.entries(dataHeaders)) {
      if (!reply.hasHeader(name)) reply.header(name, value);
    }
  });
};
