import { readFile } from 'node:fs/promises';
import { replaceFile } from '../../runtime/durable-write.ts';
import type { Logger } from '../../runtime/logger.ts';
import { keyOfSecret, mayUse, secretHash } from '../../schemas/api-keys.ts';
import type { ApiKey, Directory } from '../../schemas/directory.ts';

/** Whose events a source publishes: what its API key says, and nothing else. */
export type Owner = Pick<ApiKey, 'tenantId' | 'switchId'>;

export type Credential =
  | { readonly kind: 'valid'; readonly owner: Owner }
  /** The directory has not been read yet. */
  | { readonly kind: 'unread' }
  | { readonly kind: 'refused'; readonly reason: string };

export type CredentialParts = {
  readonly secret: string;
  /** The switch that is read, where the settings name it. */
  readonly askedSwitchId: string | null;
  readonly directory: () => Directory | null;
  /** File with what the key came to when the directory was last read. */
  readonly path: string;
  readonly logger: Logger;
};

/** Nothing in it is secret: the key has 256 random bits. */
type Remembered = Owner & { readonly secretSha256: string };

/**
 * Opens the look at whom the source's key belongs to. A source that starts while Kafka is away takes what the same key
 * came to before, so that it can listen at once; when the directory has been read, the directory alone decides.
 */
export const openCredential = async (parts: CredentialParts): Promise<() => Credential> => {
  const { secret, askedSwitchId, directory } = parts;
  let remembered = await readRemembered(parts);
  let remembering: Promise<void> = Promise.resolve();
  return () => {
    const known = directory();
    if (known === null) return remembered === null ? { kind: 'unread' } : credentialOf(remembered, askedSwitchId);
    const key = keyOfSecret(known, secret);
    if (key === undefined) return refused('TRUNKLINE_SOURCE_API_KEY is no key, or a revoked one');
    if (!mayUse(key, 'events:write')) return refused(`the key ${key.keyId} lacks the scope events:write`);
    if (remembered?.tenantId !== key.tenantId || remembered.switchId !== key.switchId) {
      const now = { tenantId: key.tenantId, switchId: key.switchId, secretSha256: secretHash(secret) };
      remembered = now;
      remembering = remembering.then(async () => remember(parts, now));
    }
    return credentialOf(key, askedSwitchId);
  };
};

const refused = (reason: string): Credential => ({ kind: 'refused', reason });

const credentialOf = ({ tenantId, switchId }: Owner, askedSwitchId: string | null): Credential =>
  askedSwitchId !== null && switchId !== null && askedSwitchId !== switchId
    ? refused(`the key may publish for ${switchId} only, and TRUNKLINE_SOURCE_SWITCH is ${askedSwitchId}`)
    : { kind: 'valid', owner: { tenantId, switchId } };

const readRemembered = async ({ path, secret }: CredentialParts): Promise<Remembered | null> => {
  try {
    const remembered = JSON.parse(await readFile(path, 'utf8')) as Remembered;
    return remembered.secretSha256 === secretHash(secret) ? remembered : null;
  } catch (error) {
    // Without it a start waits for the directory, so a damaged one is as good as none.
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
};

const remember = async ({ path, logger }: CredentialParts, remembered: Remembered): Promise<void> => {
  try {
    await replaceFile(path, JSON.stringify(remembered));
  } catch (error) {
    logger.warn({ err: error, path }, 'cannot note whom the key belongs to; a start without Kafka will wait for it');
  }
};
