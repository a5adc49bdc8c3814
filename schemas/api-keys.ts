import { hash, randomBytes } from 'node:crypto';
import type { ApiKey, Directory } from './directory.ts';

/** What a key may do: `resource:action`, or `*` for all. */
export const scopes = [
  'calls:read',
  'recordings:read',
  'events:write',
  'recordings:write',
  'keys:read',
  'keys:write',
  'quarantine:read',
  'quarantine:write',
  'audit:read',
  '*',
] as const;
export type Scope = (typeof scopes)[number];

/** A switch publishes and nothing else: its key lies on a machine that others reach. */
export const switchScopes: readonly Scope[] = ['events:write', 'recordings:write'];

/** Which of these scopes a key cannot have, bound to a switch or not. */
export const impossibleScopes = (wanted: readonly string[], switchId: string | null): string[] => {
  const allowed: readonly string[] = switchId === null ? scopes : switchScopes;
  return wanted.filter((scope) => !allowed.includes(scope));
};

/** A new secret, shown once: 256 random bits, so a plain SHA-256 of it is safe to keep. */
export const newSecret = (): string => `sk_live_${randomBytes(32).toString('base64url')}`;

export const secretHash = (secret: string): string => hash('sha256', secret, 'hex');

/** The live key behind a secret. Looked up by hash, so the time it takes tells nothing of the secret. */
export const keyOfSecret = (directory: Directory, secret: string): ApiKey | undefined => {
  const keyId = directory.keyIdBySecret.get(secretHash(secret));
  return keyId === undefined ? undefined : directory.keys.get(keyId);
};

export const mayUse = (key: ApiKey, scope: Scope): boolean => key.scopes.includes(scope) || key.scopes.includes('*');
