import { randomBytes, randomUUID } from 'node:crypto';
import { KafkaUnavailable, type LogView, ProposalUnconfirmed } from '../../runtime/kafka.ts';
import { newSecret, type Scope, secretHash } from '../../schemas/api-keys.ts';
import { type ApiKey, type Directory, type DirectoryEvent, encodeDirectoryEvent } from '../../schemas/directory.ts';
import { unavailable } from '../http/api-error.ts';

export type NewKey = {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly switchId: string | null;
};

/** Who acts: the key of the request. */
export type Actor = Pick<ApiKey, 'keyId' | 'tenantId'>;

/** The API keys of tenants. Changes go through the log and hold everywhere once they are answered. */
export type KeyStore = {
  /** Live and revoked ones, oldest first. */
  list(tenantId: string): readonly ApiKey[];
  /** The secret is in this answer only. */
  create(actor: Actor, key: NewKey): Promise<{ readonly key: ApiKey; readonly secret: string }>;
  /** False where the tenant has no such live key. */
  revoke(actor: Actor, keyId: string): Promise<boolean>;
};

type Change =
  | Pick<Extract<DirectoryEvent, { type: 'key.created' }>, 'type' | 'change'>
  | Pick<Extract<DirectoryEvent, { type: 'key.revoked' }>, 'type' | 'change'>;

const proposalTimeoutMs = 10_000;

export const createKeyStore = (
  directory: Pick<LogView<Directory>, 'state' | 'propose'>,
  nowUs: () => number = () => Date.now() * 1000,
): KeyStore => {
  const propose = async (actor: Actor, change: Change): Promise<boolean> => {
    const proposal_id = randomUUID();
    const event = { proposal_id, occurred_at: nowUs(), tenant_id: actor.tenantId, actor: actor.keyId, ...change };
    try {
      const value = encodeDirectoryEvent(event);
      return (await directory.propose(actor.tenantId, value, proposal_id, proposalTimeoutMs)).accepted;
    } catch (error) {
      if (!(error instanceof KafkaUnavailable || error instanceof ProposalUnconfirmed)) throw error;
      throw unavailable('UNAVAILABLE', 'The change could not be confirmed; list the keys before you try again.', {
        cause: error,
      });
    }
  };

  return {
    list: (tenantId) => [...directory.state().keys.values()].filter((key) => key.tenantId === tenantId),
    create: async (actor, { name, scopes, switchId }) => {
      const [keyId, secret] = [`key_${randomBytes(12).toString('hex')}`, newSecret()];
      const change = { key_id: keyId, name, secret_sha256: secretHash(secret), scopes, switch_id: switchId };
      const accepted = await propose(actor, { type: 'key.created', change });
      const key = directory.state().keys.get(keyId);
      if (!accepted || key === undefined) throw new Error('a new key of random parts was refused');
      return { key, secret };
    },
    revoke: async (actor, keyId) => {
      const key = directory.state().keys.get(keyId);
      if (key === undefined || key.tenantId !== actor.tenantId || key.revokedAtUs !== null) return false;
      return propose(actor, { type: 'key.revoked', change: { key_id: keyId } });
    },
  };
};
