import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';

const description = `Where switches send call events and recordings.

Send an API key with the scope \`events:write\` or \`recordings:write\` as \`Authorization: Bearer sk_…\` or
\`x-api-key: sk_…\`; it decides the tenant. Every path is also served under \`/api/v1\`. An answer of 202 means that every
record is safe: its events, or the record itself with the reason why it could not be used. Sending a record again is
harmless. On 503 send it again after \`Retry-After\` seconds.`;

/** The reference, generated from the routes: `/v1/openapi.json` for programs, `/docs` for people. Register before routes. */
export const addReference = async (app: FastifyInstance): Promise<void> => {
  await app.register(swagger, {
    refResolver: {
      buildLocalReference: ({ $id }, _uri, _fragment, count) => (typeof $id === 'string' ? $id : `def-${count}`),
    },
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Trunkline ingest', version: '1.0.0', description },
      tags: [
        { name: 'events', description: 'Call events' },
        { name: 'recordings', description: 'Audio of calls' },
      ],
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'An API key, sk_…' },
          apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
        },
      },
      security: [{ bearer: [] }, { apiKey: [] }],
    },
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    theme: { title: 'Trunkline ingest' },
    uiConfig: { deepLinking: true, defaultModelsExpandDepth: 0 },
  });
  app.get('/v1/openapi.json', { schema: { hide: true } }, async () => app.swagger());
};
