import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import process from 'node:process';
import {
  impossibleScopes,
  newSecret,
  type Scope,
  scopes as knownScopes,
  secretHash,
  switchScopes,
} from '../../schemas/api-keys.ts';
import type { ApiKey } from '../../schemas/directory.ts';
import { fulfils, keyNameRules, nameForm, switchNameRules } from '../../schemas/names.ts';
import { connectionEnvironment } from '../up/environment.ts';
import { readRunFile } from '../up/run-file.ts';
import { CommandError } from './command-error.ts';
import { withDirectoryLog } from './directory-log.ts';
import { table } from '../../runtime/text-table.ts';

type Where = { data?: string | undefined; tenant: string };

export type NewKey = Where & {
  name: string;
  scopes?: readonly string[] | undefined;
  switchName?: string | undefined;
};

/** What a key may do when nobody says: a switch publishes, everyone else reads. */
const readerScopes: readonly Scope[] = ['calls:read', 'recordings:read'];

export const newKeyId = (): string => `key_${randomBytes(12).toString('hex')}`;

/** Makes a key; the secret is given back only here. */
export const createKey = async (
  wanted: NewKey,
): Promise<{ keyId: string; secret: string; scopes: readonly string[] }> => {
  const scopes = checkedScopes(wanted);
  const switchId = checkedSwitch(wanted.switchName);
  const tenantId = checkedTenant(wanted.tenant);
  const name = checkedName(wanted.name);
  const [keyId, secret] = [newKeyId(), newSecret()];
  await withDirectoryLog(environmentFor(wanted), ({ propose }) =>
    propose({
      type: 'key.created',
      tenantId,
      change: {
        key_id: keyId,
        name,
        secret_sha256: secretHash(secret),
        scopes,
        switch_id: switchId,
      },
    }),
  );
  return { keyId, secret, scopes };
};

/** A table of a tenant's keys, oldest first. */
export const listKeys = async (where: Where): Promise<string> => {
  const tenant = checkedTenant(where.tenant);
  return withDirectoryLog(environmentFor(where), async ({ directory }) => {
    const keys = [...directory().keys.values()].filter(({ tenantId }) => tenantId === tenant);
    if (keys.length === 0) return `tenant ${tenant} has no keys`;
    return table(['KEY', 'NAME', 'SWITCH', 'SCOPES', 'CREATED', 'REVOKED'], keys.map(keyRow));
  });
};

/** Ends a key; throws a `CommandError` where the tenant has no such live key. */
export const revokeKey = async (where: Where & { keyId: string }): Promise<void> => {
  const tenantId = checkedTenant(where.tenant);
  await withDirectoryLog(environmentFor(where), ({ propose }) =>
    propose({ type: 'key.revoked', tenantId, change: { key_id: where.keyId } }),
  );
};

const keyRow = ({ keyId, name, switchId, scopes, createdAtUs, revokedAtUs }: ApiKey): readonly string[] => [
  keyId,
  name,
  switchId ?? '-',
  scopes.join(','),
  instant(createdAtUs),
  revokedAtUs === null ? '-' : instant(revokedAtUs),
];

const instant = (us: number): string => new Date(us / 1000).toISOString().slice(0, 19).replace('T', ' ');

/** `--data`, else the environment, else the folder that `up` takes by default. */
const environmentFor = ({ data }: Where): Readonly<Record<string, string | undefined>> => {
  const isSet = (process.env['TRUNKLINE_KAFKA_BROKERS'] ?? '') !== '';
  const dataDir = data ?? (!isSet && existsSync('data/run.json') ? 'data' : undefined);
  if (dataDir === undefined) return process.env;
  return { ...process.env, ...connectionEnvironment(readRunFile(dataDir)) };
};

const checkedTenant = (tenant: string): string => {
  if (/^[a-z0-9][a-z0-9_-]{0,62}$/.test(tenant)) return tenant;
  throw new CommandError(
    `--tenant ${JSON.stringify(tenant)}: give up to 63 lower-case letters, digits, - and _, a letter or digit first`,
    2,
  );
};

const checkedName = (name: string): string => {
  if (fulfils(name, keyNameRules)) return name;
  throw new CommandError(`--name: give 1 to ${keyNameRules.maxLength} characters, ${nameForm}`, 2);
};

const checkedSwitch = (name: string | undefined): string | null => {
  if (name === undefined) return null;
  if (fulfils(name, switchNameRules)) return name;
  throw new CommandError(`--switch: give a name of 1 to ${switchNameRules.maxLength} characters, ${nameForm}`, 2);
};

const checkedScopes = ({ scopes, switchName }: NewKey): readonly string[] => {
  if (scopes === undefined) return switchName === undefined ? readerScopes : switchScopes;
  const allowed = switchName === undefined ? knownScopes : switchScopes;
  const wrong = impossibleScopes(scopes, switchName ?? null);
  if (wrong.length === 0) return scopes;
  const kind = switchName === undefined ? 'a key' : 'a switch';
  throw new CommandError(`--scopes: ${kind} cannot have ${wrong.join(', ')}; there are ${allowed.join(', ')}`, 2);
};
