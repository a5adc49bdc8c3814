import type { FastifyRequest } from 'fastify';
import type { App } from '../../runtime/http/app.ts';
import { requestKey, requireKeys } from '../../runtime/http/authentication.ts';
import { keyOfSecret, mayUse, type Scope } from '../../schemas/api-keys.ts';
import type { ApiKey, Directory } from '../../schemas/directory.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The scope that a key needs for the route. */
    access?: Scope;
  }
}

/** The key behind a request. The tenant is the key's and never comes from anything else. */
export const keyOf = (request: FastifyRequest): ApiKey => requestKey<ApiKey>(request);

/** Lets a request through to its route only with a live key that has the scope the route asks for. */
export const authenticate = (app: App, directory: () => Directory): void => {
  app.addHook('onRoute', ({ config, method, url }) => {
    if (config?.access === undefined) throw new Error(`route ${String(method)} ${url} does not say who may use it`);
  });
  requireKeys<ApiKey, Scope>(app, {
    keyOfSecret: (secret) => keyOfSecret(directory(), secret),
    mayUse,
    scopeOf: ({ routeOptions }) => routeOptions.config.access ?? null,
  });
};
