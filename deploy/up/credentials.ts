import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { newSecret } from '../../schemas/api-keys.ts';
import { readOwnJson } from './own-json.ts';
import { writePrivateJson } from './private-file.ts';

export type KeyCredential = { key_id: string; secret: string };

/** Secrets of one installation, made at its first start and kept in its data folder. */
export type Credentials = {
  clickhouse_password: string;
  s3_access_key_id: string;
  s3_secret_access_key: string;
  /** Key of the tenant `demo` that may do everything. */
  api_key: KeyCredential;
  /** Key that may only publish events and recordings for the same tenant. */
  switch_key: KeyCredential;
};

const random = (bytes: number): string => randomBytes(bytes).toString('base64url');

const newKey = (): KeyCredential => ({ key_id: `key_${randomBytes(12).toString('hex')}`, secret: newSecret() });

const newCredentials = (): Credentials => ({
  clickhouse_password: random(24),
  s3_access_key_id: `TL${randomBytes(9).toString('hex').toUpperCase()}`,
  s3_secret_access_key: random(30),
  api_key: newKey(),
  switch_key: newKey(),
});

const fields = ['clickhouse_password', 's3_access_key_id', 's3_secret_access_key', 'api_key', 'switch_key'] as const;
const wayOut = 'restore it, or move it away: the next start makes new ones (API keys in it stay valid until revoked)';

/** Reads the credentials of a data folder; makes them when it is new. */
export const loadCredentials = (dataDir: string): Credentials => {
  const path = join(dataDir, 'credentials.json');
  const known = readOwnJson<Credentials>(path, fields, wayOut);
  if (known !== null) return known;
  const made = newCredentials();
  writePrivateJson(path, made);
  return made;
};
