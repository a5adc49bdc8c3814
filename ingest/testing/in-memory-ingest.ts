import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import type { LightMyRequestResponse } from 'fastify';
import { createLogger } from '../../runtime/logger.ts';
import { createMetrics } from '../../runtime/metrics.ts';
import { secretHash } from '../../schemas/api-keys.ts';
import { applyDirectoryEvent, type Directory, emptyDirectory } from '../../schemas/directory.ts';
import { type DeadLetter, decodeDeadLetter } from '../../schemas/dead-letters.ts';
import { decodeEvent } from '../../schemas/event-codec.ts';
import type { Event } from '../../schemas/events.ts';
import { topics } from '../../schemas/topics.ts';
import { buildApp, type AppParts } from '../app.ts';
import { createIngestMetrics } from '../ingest-metrics.ts';
import type { Message } from '../publishing.ts';
import type { AudioStore } from '../recordings/upload.ts';
import { nowUs } from './sources.ts';

export class TestChecksumMismatch extends Error {}

/** Keys of the tests' tenant by what they may do. */
export const keys = {
  all: 'sk_live_all',
  bound: 'sk_live_bound_to_pbx_7',
  reader: 'sk_live_reader',
} as const;

const directoryOf = (): Directory => {
  const grants = [
    ['all', keys.all, ['events:write', 'recordings:write'], null],
    ['bound', keys.bound, ['*'], 'pbx-7'],
    ['reader', keys.reader, ['calls:read'], null],
  ] as const;
  let directory = emptyDirectory;
  for (const [key_id, secret, scopes, switch_id] of grants) {
    const change = { key_id, name: key_id, secret_sha256: secretHash(secret), scopes, switch_id };
    const event = { proposal_id: key_id, occurred_at: 0, tenant_id: 'acme', actor: 'test' };
    const applied = applyDirectoryEvent(directory, { ...event, type: 'key.created', change });
    if ('refused' in applied) throw new Error(applied.refused);
    directory = applied;
  }
  return directory;
};

/** An object store in memory that checks as S3 does. */
export const memoryStore = (): AudioStore & { objects: Map<string, Buffer> } => {
  const objects = new Map<string, Buffer>();
  const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
  return {
    objects,
    bucket: 'audio',
    put: async ({ key, body, contentLength, sha256Hex }) => {
      if (objects.has(key)) {
        body.destroy();
        return 'exists';
      }
      const bytes = await buffer(body);
      if (bytes.length !== contentLength || digest(bytes) !== sha256Hex) throw new TestChecksumMismatch();
      objects.set(key, bytes);
      return 'stored';
    },
    head: async (key) => {
      const bytes = objects.get(key);
      return bytes === undefined ? null : { bytes: bytes.length, sha256Hex: digest(bytes) };
    },
  };
};

export type Ingest = Awaited<ReturnType<typeof startIngest>>;

/** Ingest over ports in memory. */
export const startIngest = async (t: TestContext, more: Partial<AppParts> = {}) => {
  const published: Message[] = [];
  const store = memoryStore();
  const metrics = createMetrics('ingest');
  const directory = directoryOf();
  const app = await buildApp({
    logger: createLogger('test', 'silent'),
    metrics,
    ingestMetrics: createIngestMetrics(metrics),
    directory: () => directory,
    publish: async (messages) => {
      published.push(...messages);
    },
    store,
    isChecksumMismatch: (error) => error instanceof TestChecksumMismatch,
    isPassing: () => false,
    nowUs: () => nowUs,
    checks: {},
    limits: {
      mostBodyBytes: 64 * 1024 * 1024,
      mostUploads: 2,
      mostUploadBytes: 1000,
      requestTimeoutMs: 60_000,
      idleTimeoutMs: 10_000,
    },
    ...more,
  });
  t.after(async () => app.close());
  const post = async (
    url: string,
    payload: string | Buffer,
    headers: Record<string, string> = {},
  ): Promise<LightMyRequestResponse> =>
    app.inject({
      method: 'POST',
      url,
      payload,
      headers: { 'content-type': 'application/json', 'x-api-key': keys.all, ...headers },
    });
  return {
    app,
    post,
    store,
    published,
    events: (): Event[] => published.flatMap(({ topic, value }) => (topic === topics.deadLetters ? [] : [read(value)])),
    letters: (): DeadLetter[] =>
      published.flatMap(({ topic, value }) => (topic === topics.deadLetters ? [decodeDeadLetter(value)] : [])),
  };
};

const read = (value: Buffer): Event => {
  const decoded = decodeEvent(value);
  if ('rejection' in decoded) throw new Error(decoded.rejection);
  return decoded.event;
};
