import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';

const description = `Call detail records and call recordings.

Send an API key as \`Authorization: Bearer sk_…\` or \`x-api-key: sk_…\`; it decides the tenant. Every path is also served
under \`/api/v1\`. Lists answer \`{data, meta, links}\`; follow \`links.next\`, or pass \`meta.next_cursor\` as \`cursor\`.
Errors answer \`{error: {code, message, details, request_id}}\`. Instants are ISO-8601 in UTC; spans are whole milliseconds
where the name ends in \`_ms\`, whole seconds elsewhere.`;

/** The page has scripts, styles and pictures of its own and talks to this API only. */
const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The reference, generated from the routes: `/v1/openapi.json` for programs, `/docs` for people. Register before routes. */
export const addReference = async (app: FastifyInstance): Promise<void> => {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Trunkline', version: '1.0.0', description },
      tags: [
        { name: 'calls', description: 'Calls in progress and past' },
        { name: 'recordings', description: 'Audio of calls' },
        { name: 'quarantine', description: 'What switches sent and could not be used' },
        { name: 'api-keys', description: 'Who may use this API' },
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
    staticCSP: pagePolicy,
    theme: { title: 'Trunkline API' },
    uiConfig: { deepLinking: true, defaultModelsExpandDepth: 0, tryItOutEnabled: true, validatorUrl: null },
  });
  app.get('/v1/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  app.get('/', { schema: { hide: true } }, async (_request, reply) => reply.redirect('/docs'));
};
