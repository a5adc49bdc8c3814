import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CommonError } from './http-error.ts';

export type Guard<Key, Scope extends string> = {
  /** The live key with this secret. */
  readonly keyOfSecret: (secret: string) => Key | undefined;
  readonly mayUse: (key: Key, scope: Scope) => boolean;
  /** The scope that a request needs; null where it needs no key. */
  readonly scopeOf: (request: FastifyRequest) => Scope | null;
};

/** Lets a request through to its route only with a live key that has the scope it needs; before any body is read. */
export const requireKeys = <Key, Scope extends string>(app: FastifyInstance, guard: Guard<Key, Scope>): void => {
  app.decorateRequest('apiKey', null);
  app.addHook('onRequest', async (request) => {
    const scope = guard.scopeOf(request);
    if (scope === null) return;
    const key = keyIn(request.headers, guard.keyOfSecret);
    if (!guard.mayUse(key, scope)) throw insufficientScope(scope);
    request.setDecorator('apiKey', key);
  });
};

/** The key that let a request through. */
export const requestKey = <Key>(request: FastifyRequest): Key => request.getDecorator<Key>('apiKey');

const insufficientScope = (scope: string): CommonError =>
  new CommonError(403, 'INSUFFICIENT_SCOPE', `The API key lacks the scope ${scope}.`, {
    headers: { 'www-authenticate': `Bearer realm="trunkline", error="insufficient_scope", scope="${scope}"` },
  });

const keyIn = <Key>(headers: IncomingHttpHeaders, keyOfSecret: (secret: string) => Key | undefined): Key => {
  const secret = secretIn(headers);
  const key = secret === null ? undefined : keyOfSecret(secret);
  if (key !== undefined) return key;
  const message =
    secret === null
      ? 'Send an API key as "Authorization: Bearer sk_…", as "x-api-key: sk_…", or as the password of HTTP Basic.'
      : 'The API key is unknown or revoked.';
  throw new CommonError(401, 'INVALID_TOKEN', message, {
    headers: { 'www-authenticate': 'Bearer realm="trunkline", error="invalid_token"' },
  });
};

const secretIn = (headers: IncomingHttpHeaders): string | null => {
  const authorized = authorizationIn(headers.authorization ?? '');
  const header = headers['x-api-key'];
  const plain = typeof header === 'string' && header !== '' ? header : undefined;
  if (authorized !== undefined && plain !== undefined && authorized !== plain)
    throw new CommonError(400, 'CONFLICTING_CREDENTIALS', 'Authorization and x-api-key hold different keys; send one.');
  return authorized ?? plain ?? null;
};

/** A bearer's token, or the password of Basic: some switches can send nothing else. The user's name says nothing. */
const authorizationIn = (header: string): string | undefined => {
  const bearer = /^Bearer +(\S+) *$/i.exec(header)?.[1];
  if (bearer !== undefined) return bearer;
  const basic = /^Basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(header)?.[1];
  return basic === undefined ? undefined : /^[^:]*:(.+)$/s.exec(Buffer.from(basic, 'base64').toString('utf8'))?.[1];
};
