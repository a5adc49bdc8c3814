import { singleObjectCodec } from './single-object.ts';
import { topics } from './topics.ts';

// The control plane is a log: a command becomes a proposal, every instance applies the log in the same order and
// accepts or refuses each proposal by the same pure rule, so they all agree without another database.

export type KeyCreated = {
  key_id: string;
  name: string;
  secret_sha256: string;
  scopes: readonly string[];
  switch_id: string | null;
};
export type KeyRevoked = { key_id: string };

export type DirectoryEvent = { proposal_id: string; occurred_at: number; tenant_id: string; actor: string } & (
  | { type: 'key.created'; change: KeyCreated }
  | { type: 'key.revoked'; change: KeyRevoked }
);

export type ApiKey = {
  keyId: string;
  tenantId: string;
  name: string;
  scopes: readonly string[];
  switchId: string | null;
  createdAtUs: number;
  revokedAtUs: number | null;
};

/** `keys` by key id; `keyIdBySecret` by the secret's SHA-256, live keys only. */
export type Directory = { keys: ReadonlyMap<string, ApiKey>; keyIdBySecret: ReadonlyMap<string, string> };

export const emptyDirectory: Directory = { keys: new Map(), keyIdBySecret: new Map() };

export type Refused = { refused: string };

/** The directory after a proposal, or the reason why the proposal is refused and changes nothing. */
export const applyDirectoryEvent = (directory: Directory, event: DirectoryEvent): Directory | Refused => {
  switch (event.type) {
    case 'key.created':
      if (directory.keys.has(event.change.key_id)) return { refused: `key ${event.change.key_id} exists already` };
      if (directory.keyIdBySecret.has(event.change.secret_sha256)) return { refused: 'the secret is in use' };
      return withKey(directory, event, event.change);
    case 'key.revoked': {
      const key = directory.keys.get(event.change.key_id);
      if (key === undefined || key.tenantId !== event.tenant_id) return { refused: `no key ${event.change.key_id}` };
      if (key.revokedAtUs !== null) return { refused: `key ${key.keyId} is revoked already` };
      return withoutKey(directory, key, event.occurred_at);
    }
  }
};

const withKey = (directory: Directory, event: DirectoryEvent, key: KeyCreated): Directory => ({
  keys: new Map(directory.keys).set(key.key_id, {
    keyId: key.key_id,
    tenantId: event.tenant_id,
    name: key.name,
    scopes: key.scopes,
    switchId: key.switch_id,
    createdAtUs: event.occurred_at,
    revokedAtUs: null,
  }),
  keyIdBySecret: new Map(directory.keyIdBySecret).set(key.secret_sha256, key.key_id),
});

const withoutKey = (directory: Directory, key: ApiKey, revokedAtUs: number): Directory => ({
  keys: new Map(directory.keys).set(key.keyId, { ...key, revokedAtUs }),
  keyIdBySecret: new Map([...directory.keyIdBySecret].filter(([, keyId]) => keyId !== key.keyId)),
});

const codec = singleObjectCodec('directory-event');
const recordOf = { 'key.created': 'trunkline.KeyCreated', 'key.revoked': 'trunkline.KeyRevoked' } as const;

export const encodeDirectoryEvent = (event: DirectoryEvent): Buffer =>
  codec.encode({ ...event, change: { [recordOf[event.type]]: event.change } });

/** The event that a record's bytes are, or why they are none. */
export const decodeDirectoryEvent = (bytes: Buffer | null): DirectoryEvent | { undecodable: string } => {
  if (bytes === null) return { undecodable: 'no value' };
  try {
    return decoded(bytes);
  } catch (error) {
    return { undecodable: String(error) };
  }
};

const decoded = (bytes: Buffer): DirectoryEvent => {
  const { change, ...rest } = codec.decode(bytes) as { change: Record<string, unknown> };
  const record = Object.keys(change)[0] as string;
  const type = record === recordOf['key.created'] ? 'key.created' : 'key.revoked';
  return { ...rest, type, change: change[record] } as DirectoryEvent;
};

/** How the directory is followed: what `createLogView` needs besides Kafka. */
export const directoryLog = {
  topic: topics.directoryEvents,
  decode: ({ value }: { readonly value: Buffer | null }) => decodeDirectoryEvent(value),
  initial: () => emptyDirectory,
  apply: applyDirectoryEvent,
};
