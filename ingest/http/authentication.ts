import type { FastifyRequest } from 'fastify';
import type { App } from '../../runtime/http/app.ts';
import { requestKey, requireKeys } from '../../runtime/http/authentication.ts';
import { keyOfSecret, mayUse, type Scope } from '../../schemas/api-keys.ts';
import type { ApiKey, Directory } from '../../schemas/directory.ts';
import { unavailable } from './api-error.ts';

/** The directory, null until it has been read to its end once. */
export type KnownDirectory = () => Directory | null;

/** The key behind a request. The tenant is the key's and never comes from anything else. */
export const keyOf = (request: FastifyRequest): ApiKey => requestKey<ApiKey>(request);

/** Lets requests through to the routes of this scope only with a live key that has `scope`; before any body is read. */
export const authenticate = (app: App, scope: Scope, directory: KnownDirectory): void => {
  requireKeys<ApiKey, Scope>(app, {
    keyOfSecret: (secret) => {
      const known = directory();
      if (known === null) throw unavailable('The API keys are being read; try again.', 1);
      return keyOfSecret(known, secret);
    },
    mayUse,
    scopeOf: () => scope,
  });
};
