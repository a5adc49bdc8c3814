import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { keyOfSecret, mayUse, type Scope } from '../../schemas/api-keys.ts';
import type { ApiKey, Directory } from '../../schemas/directory.ts';
import { ApiError, unavailable } from './api-error.ts';

/** The directory, null until it has been read to its end once. */
export type KnownDirectory = () => Directory | null;

/** The key behind a request. The tenant is the key's and never comes from anything else. */
export const keyOf = (request: FastifyRequest): ApiKey => request.getDecorator<ApiKey>('apiKey');

/** Lets requests through to the routes of this scope only with a live key that has `scope`; before any body is read. */
export const authenticate = (app: FastifyInstance, scope: Scope, directory: KnownDirectory): void => {
  app.decorateRequest('apiKey', null);
  app.addHook('onRequest', async (request) => {
    const known = directory();
    if (known === null) throw unavailable('The API keys are being read; try again.', 1);
    const key = requireKey(known, request.headers);
    if (!mayUse(key, scope)) throw insufficientScope(scope);
    request.setDecorator('apiKey', key);
  });
};

const insufficientScope = (scope: Scope): ApiError =>
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
  if (bearer !== undefined && plain !== undefined && bearer !== plain)
    throw new ApiError(400, 'CONFLICTING_CREDENTIALS', 'Authorization and x-api-key hold different keys; send one.');
  return bearer ?? plain ?? null;
};
