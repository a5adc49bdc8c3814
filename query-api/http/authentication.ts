import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { keyOfSecret, mayUse, type Scope } from '../../schemas/api-keys.ts';
import type { ApiKey, Directory } from '../../schemas/directory.ts';
import { ApiError } from './api-error.ts';
import type { App } from './app.ts';

/** What a route asks of the key; `public` routes ask for none. */
export type Access = Scope | 'public';

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
  }
}

/** The key behind a request. The tenant is the key's and never comes from anything else. */
export const keyOf = (request: FastifyRequest): ApiKey => request.getDecorator<ApiKey>('apiKey');

/** Lets a request through to its route only with a live key that has the scope the route asks for. */
export const authenticate = (app: App, directory: () => Directory): void => {
  app.decorateRequest('apiKey', null);
  app.addHook('onRoute', (route) => {
    const { access } = route.config ?? {};
    if (access === undefined) throw new Error(`route ${String(route.method)} ${route.url} does not say who may use it`);
  });
  app.addHook('onRequest', async (request) => {
    const { access } = request.routeOptions.config;
    if (request.is404 || access === undefined || access === 'public') return;
    const key = requireKey(directory(), request.headers);
    request.setDecorator('apiKey', key);
    if (!mayUse(key, access)) throw insufficientScope(access);
  });
};

export const insufficientScope = (scope: Scope): ApiError =>
  new ApiError(403, 'INSUFFICIENT_SCOPE', `The API key lacks the scope ${scope}.`, {
    headers: { 'www-authenticate': `Bearer realm="trunkline", error="insufficient_scope", scope="${scope}"` },
  });

const requireKey = (directory: Directory, headers: IncomingHttpHeaders): ApiKey => {
  const secret = secretIn(headers);
  const key = secret === null ? undefined : keyOfSecret(directory, secret);
  if (key !== undefined) return key;
  const message =
    secret === null
      ? 'Send an API key as "Authorization: Bearer sk_…" or "x-api-key: sk_…".'
      : 'The API key is unknown or revoked.';
  throw new ApiError(401, 'INVALID_TOKEN', message, {
    headers: { 'www-authenticate': 'Bearer realm="trunkline", error="invalid_token"' },
  });
};

const secretIn = (headers: IncomingHttpHeaders): string | null => {
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
  const header = headers['x-api-key'];
  const plain = typeof header === 'string' && header !== '' ? header : undefined;
  if (bearer !== undefined && plain !== undefined && bearer !== plain) {
    throw new ApiError(400, 'CONFLICTING_CREDENTIALS', 'Authorization and x-api-key hold different keys; send one.');
  }
  return bearer ?? plain ?? null;
};
