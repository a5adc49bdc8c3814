import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { type QueryError, queryError } from './errors.ts';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** The credentials a request carries, by `Authorization: Basic` or by ClickHouse's own headers. */
export function credentialsOf(headers: IncomingHttpHeaders): Credentials | undefined {
  const user = headers['x-clickhouse-user'];
  if (typeof user === 'string') {
    const key = headers['x-clickhouse-key'];
    return { user, password: typeof key === 'string' ? key : '' };
  }
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(headers.authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon === -1 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** A check that answers the refusal, if any, in time that does not depend on how much of the secret was right. */
export function authenticator(expected: Credentials): (headers: IncomingHttpHeaders) => QueryError | undefined {
  const user = digest(expected.user);
  const password = digest(expected.password);
  return (headers) => {
    const given = credentialsOf(headers);
    if (given === undefined)
      return queryError('requiredPassword', 'Authentication is required: send a user and password');
    const sameUser = timingSafeEqual(user, digest(given.user));
    const samePassword = timingSafeEqual(password, digest(given.password));
    if (sameUser && samePassword) return undefined;
    const why = 'Authentication failed: password is incorrect, or there is no user with such name';
    return queryError('authenticationFailed', `${given.user.slice(0, 100)}: ${why}.`);
  };
}
