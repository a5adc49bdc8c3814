import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';

/** What the reference says beside the routes. */
export type Reference = {
  readonly title: string;
  /** Markdown. */
  readonly description: string;
  readonly tags: readonly { readonly name: string; readonly description: string }[];
};

/** The page has scripts, styles and pictures of its own and talks to its own service only. */
const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The reference, generated from the routes: `/v1/openapi.json` for programs, `/docs` for people. Register before routes. */
export const addReference = async (app: FastifyInstance, { title, description, tags }: Reference): Promise<void> => {
  await app.register(swagger, {
    // Schemas that are said once keep their names.
    refResolver: {
      buildLocalReference: ({ $id }, _uri, _fragment, count) => (typeof $id === 'string' ? $id : `def-${count}`),
    },
    openapi: {
      openapi: '3.1.0',
      info: { title, version: '1.0.0', description },
      tags: [...tags],
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'An API key, sk_…' },
          basic: { type: 'http', scheme: 'basic', description: 'An API key as the password; any user name' },
          apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
        },
      },
      security: [{ bearer: [] }, { apiKey: [] }, { basic: [] }],
    },
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: pagePolicy,
    // The bar on top is for looking at other documents; this page has one.
    theme: { title, css: [{ filename: 'reference.css', content: '.swagger-ui .topbar { display: none }' }] },
    uiConfig: { deepLinking: true, defaultModelsExpandDepth: 0, tryItOutEnabled: true, validatorUrl: null },
  });
  app.get('/v1/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  app.get('/', { schema: { hide: true } }, async (_request, reply) => reply.redirect('/docs'));
};
