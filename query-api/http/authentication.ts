import type { FastifyRequest } from 'fastify';
import type { App } from '../../runtime/http/app.ts';
import { requestKey, requireKeys } from '../../runtime/http/authentication.ts';
import { keyOfSecret, mayUse, type Scope } from '../../schemas/api-keys.ts';
import type { ApiKey, Directory } from '../../schemas/directory.ts';
import { unavailable } from './api-error.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The scope that a key needs for the route. */
    access?: Scope;
  }
}

/** The key behind a request. The tenant is the key's and never comes from anything else. */
export const keyOf = (request: FastifyRequest): ApiKey => requestKey<ApiKey>(request);

/** The directory, null until it has been read to its end once: until then nobody's key is unknown. */
export type KnownDirectory = () => Directory | null;

/** Lets a request through to its route only with a live key that has the scope the route asks for. */
export const authenticate = (app: App, directory: KnownDirectory): void => {
  app.addHook('onRoute', ({ config, method, url }) => {
    if (config?.access === undefined) throw new Error(`route ${String(method)} ${url} does not say who may use it`);
  });
  requireKeys<ApiKey, Scope>(app, {
    keyOfSecret: (secret) => {
      const known = directory();
      if (known === null) throw unavailable('UNAVAILABLE', 'The API keys are being read; try again.');
      return keyOfSecret(known, secret);
    },
    mayUse,
    scopeOf: ({ routeOptions }) => routeOptions.config.access ?? null,
  });
};
