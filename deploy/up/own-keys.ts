import { secretHash } from '../../schemas/api-keys.ts';
import { withDirectoryLog } from '../cli/directory-log.ts';
import type { Credentials, KeyCredential } from './credentials.ts';

/** The tenant that `up` makes keys for. */
const demoTenant = 'demo';

type Env = Readonly<Record<string, string | undefined>>;
type Wanted = { key: KeyCredential; name: string; scopes: readonly string[] };

/**
 * Makes the installation's own keys where its directory lacks them. A key that was revoked stays so; resolves to those
 * that can be used.
 */
export const ensureOwnKeys = (env: Env, { api_key, switch_key }: Credentials): Promise<ReadonlySet<KeyCredential>> => {
  const wanted: readonly Wanted[] = [
    { key: api_key, name: 'first key', scopes: ['*'] },
    { key: switch_key, name: 'demo switches', scopes: ['events:write', 'recordings:write'] },
  ];
  return withDirectoryLog(env, async ({ directory, propose }) => {
    for (const { key, name, scopes } of wanted) {
      if (directory().keys.has(key.key_id)) continue;
      await propose({
        type: 'key.created',
        tenantId: demoTenant,
        change: { key_id: key.key_id, name, secret_sha256: secretHash(key.secret), scopes, switch_id: null },
      });
    }
    const live = wanted.filter(({ key }) => directory().keys.get(key.key_id)?.revokedAtUs === null);
    return new Set(live.map(({ key }) => key));
  });
};
