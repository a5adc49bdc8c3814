import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { readConfig } from '../../runtime/config.ts';
import { createKafka, createLogView, type LogView } from '../../runtime/kafka.ts';
import { createLogger } from '../../runtime/logger.ts';
import { kafkaSettings } from '../../runtime/settings.ts';
import {
  type Directory,
  type DirectoryEvent,
  directoryLog,
  encodeDirectoryEvent,
  type KeyCreated,
  type KeyRevoked,
} from '../../schemas/directory.ts';
import { awayMessage } from '../migrate/reaching.ts';
import { CommandError } from './command-error.ts';

type Env = Readonly<Record<string, string | undefined>>;

export type Change =
  | { type: 'key.created'; tenantId: string; change: KeyCreated }
  | { type: 'key.revoked'; tenantId: string; change: KeyRevoked };

export type DirectoryLog = {
  directory: () => Directory;
  /** Throws a `CommandError` with the reason when the change is refused. */
  propose: (change: Change) => Promise<void>;
};

const catchUpTimeoutMs = 10_000;
const proposalTimeoutMs = 10_000;

/** Follows the directory's log to its end and lets `work` read and change the directory. */
export const withDirectoryLog = async <Result>(
  env: Env,
  work: (log: DirectoryLog) => Promise<Result>,
): Promise<Result> => {
  const config = readConfig(kafkaSettings, env);
  const view = createLogView<Directory, DirectoryEvent>({
    kafka: createKafka(config, createLogger('directory', 'error')),
    ...directoryLog,
  });
  try {
    if (!(await isCaughtUp(view)))
      throw new CommandError(
        awayMessage({ name: 'Kafka', address: config.kafkaBrokers.join(', '), setting: 'TRUNKLINE_KAFKA_BROKERS' }),
      );
    return await work({ directory: view.state, propose: (change) => propose(view, change) });
  } finally {
    await view.stop();
  }
};

const isCaughtUp = async (view: LogView<Directory>): Promise<boolean> => {
  const done = new AbortController();
  const tooLong = delay(catchUpTimeoutMs, false, { signal: done.signal }).catch(() => false);
  const caughtUp = await Promise.race([view.caughtUp.then(() => true), tooLong]);
  done.abort();
  return caughtUp;
};

const propose = async (view: LogView<Directory>, { type, tenantId, change }: Change): Promise<void> => {
  const event = {
    proposal_id: randomUUID(),
    occurred_at: Date.now() * 1000,
    tenant_id: tenantId,
    actor: `cli:${userInfo().username}`,
    type,
    change,
  } as DirectoryEvent;
  const verdict = await view.propose(tenantId, encodeDirectoryEvent(event), event.proposal_id, proposalTimeoutMs);
  if (!verdict.accepted) throw new CommandError(`refused: ${verdict.reason}`);
};
