import type { App } from '../../runtime/http/app.ts';
import { createLogger } from '../../runtime/logger.ts';
import { createMetrics } from '../../runtime/metrics.ts';
import { newSecret, type Scope, secretHash } from '../../schemas/api-keys.ts';
import type { ApiKey, Directory } from '../../schemas/directory.ts';
import { type AppParts, buildApp } from '../app.ts';
import { createCursors } from '../listing/cursor.ts';

/** Keys by name; their secrets are new each time. */
export const directoryOf = <const Names extends string>(
  given: Readonly<Record<Names, { tenantId: string; scopes: readonly Scope[] }>>,
): { directory: Directory; secrets: Readonly<Record<Names, string>> } => {
  const keys = new Map<string, ApiKey>();
  const keyIdBySecret = new Map<string, string>();
  const secrets: Record<string, string> = {};
  for (const [name, key] of Object.entries<{ tenantId: string; scopes: readonly Scope[] }>(given)) {
    const secret = newSecret();
    secrets[name] = secret;
    keys.set(name, { keyId: name, name, ...key, switchId: null, createdAtUs: 0, revokedAtUs: null });
    keyIdBySecret.set(secretHash(secret), name);
  }
  return { directory: { keys, keyIdBySecret }, secrets: secrets as Record<Names, string> };
};

const missing = async (): Promise<never> => {
  throw new Error('this test has no such part');
};

/** The API over the parts that a test gives; the others fail when used. */
export const testApp = async (parts: Partial<AppParts> & Pick<AppParts, 'directory'>): Promise<App> =>
  buildApp({
    logger: createLogger('test', 'silent'),
    metrics: createMetrics('test'),
    checks: {},
    requestTimeoutMs: 10_000,
    maxRequests: 100,
    maxDownloads: 100,
    cursors: createCursors(Buffer.alloc(32, 1)),
    calls: { list: missing, find: missing, events: missing, findWithEvents: missing },
    recordings: { list: missing, find: missing, told: missing },
    statistics: { queue: missing },
    agentDays: missing,
    audio: { read: missing, presign: missing },
    links: { linkTo: missing, linksOf: missing },
    quarantine: { list: missing, find: missing, steps: missing, kinds: missing, eventOfCall: missing },
    completeness: missing,
    redriver: { redrive: missing, dismiss: missing },
    keys: { list: () => [], create: missing, revoke: missing },
    ...parts,
  });
