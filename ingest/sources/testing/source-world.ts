import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { startEngineProcess } from '../../../deploy/testing/engine-process.ts';
import { newSecret } from '../../../schemas/api-keys.ts';
import type { AdapterGap } from '../../../schemas/agent-payloads.ts';
import type { Event } from '../../../schemas/events.ts';
import { topics } from '../../../schemas/topics.ts';
import { connectKafka, type Followed, followTopic, prepareLog } from '../../testing/kafka-log.ts';
import type { ServiceProcess } from '../../testing/service-process.ts';
import { type SourceName, startSourceProcess } from './source-process.ts';

type Env = Readonly<Record<string, string>>;

/** What sources of a test publish to, and what came of it. */
export type SourceWorld = {
  readonly secret: string;
  /** For what the test keeps. */
  readonly folder: string;
  readonly killBroker: () => Promise<void>;
  readonly restartBroker: () => Promise<void>;
  /** A name that no other switch of the test has. */
  readonly newName: () => string;
  /** Starts a source that keeps its state in the folder of this name; it ends with the test. */
  readonly start: (t: TestContext, source: SourceName, state: string, env: Env) => Promise<ServiceProcess>;
  /** What was published of a switch: of its calls, of its agents, and of itself. */
  readonly calls: (switchId: string) => Event[];
  readonly agents: (switchId: string) => Event[];
  readonly switches: (switchId: string) => Event[];
  readonly stop: () => Promise<void>;
};

/** Starts a broker for sources of the tenant `acme`. */
export const startWorld = async (): Promise<SourceWorld> => {
  const folder = await mkdtemp(join(tmpdir(), 'trunkline-sources-'));
  const dataDir = join(folder, 'kafka');
  let broker = await startEngineProcess('kafka', { dataDir });
  const { port } = broker;
  const env = { TRUNKLINE_KAFKA_BROKERS: `127.0.0.1:${port}` };
  const secret = newSecret();
  const kafka = connectKafka(env);
  await prepareLog(kafka, 'acme', secret);
  const followed = await Promise.all(
    [topics.callEvents, topics.agentEvents, topics.switchEvents].map(async (topic) => followTopic(kafka, topic)),
  );
  const [calls, agents, switches] = followed as [Followed, Followed, Followed];
  let names = 0;
  const of =
    ({ events }: Followed) =>
    (switchId: string): Event[] =>
      events.filter((event) => event.switch_id === switchId && event.tenant_id === 'acme');
  return {
    secret,
    folder,
    killBroker: async () => broker.kill(),
    restartBroker: async () => {
      broker = await startEngineProcess('kafka', { dataDir, port });
    },
    newName: () => `pbx-${++names}`,
    start: async (t, source, state, more) => {
      const started = await startSourceProcess(source, {
        ...env,
        TRUNKLINE_SOURCE_API_KEY: secret,
        TRUNKLINE_SOURCE_STATE_DIR: join(folder, state),
        ...more,
      });
      t.after(async () => started.end('SIGKILL'));
      return started;
    },
    calls: of(calls),
    agents: of(agents),
    switches: of(switches),
    stop: async () => {
      await Promise.all(followed.map(async ({ stop }) => stop()));
      await broker.stop();
      await rm(folder, { recursive: true });
    },
  };
};

export const gapsIn = (events: readonly Event[]): AdapterGap[] =>
  events.flatMap((event) => (event.type === 'adapter.gap' ? [event.payload] : []));

/** Whether each number was published or named as missing. */
export const isAccountedFor = (
  seqs: readonly number[],
  published: readonly Event[],
  told: readonly Event[],
): boolean => {
  const seen = new Set(published.map(({ native }) => native.seq));
  const gaps = gapsIn(told);
  return seqs.every((seq) => seen.has(seq) || gaps.some(({ from_seq, to_seq }) => from_seq <= seq && seq <= to_seq));
};
