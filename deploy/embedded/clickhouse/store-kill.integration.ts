/**
 * kill -9 while the calls processor's own store writes: what it was told is stored is there after it, and nothing counts
 * twice, though a write whose answer was lost is repeated. TRUNKLINE_KILLS says how many times (default 5).
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { storedCall } from '../../../bench/support/stored-calls.ts';
import { clickhouseStores } from '../../../processors/calls/clickhouse-call-store.ts';
import { type ClickHouse, createClickHouse, isRetryableClickHouseError } from '../../../runtime/clickhouse.ts';
import { readConfig } from '../../../runtime/config.ts';
import { createLogger } from '../../../runtime/logger.ts';
import { retry } from '../../../runtime/retry.ts';
import { clickhouseSettings } from '../../../runtime/settings.ts';
import type { CallRow } from '../../../schemas/call-row.ts';
import type { CallEventRow } from '../../../schemas/rows.ts';
import { migrateTables } from '../../migrate/tables.ts';
import { type EngineProcess, startEngineProcess } from '../../testing/engine-process.ts';
import { PASSWORD, USER } from './spawned.ts';

const KILLS = Number(process.env['TRUNKLINE_KILLS'] ?? 5);
const WRITERS = 4;
const CALLS = 20;
const EVENTS = 3;
const VERSIONS = 2;
/** Of the newest call; the others lie before it. */
const UNTIL_US = Date.UTC(2026, 0, 31) * 1000;

/** The calls of a batch at a version, each under the batch's name. */
const callsOf = (batch: number, version: number): CallRow[] =>
  Array.from({ length: CALLS }, (_, nth) => ({
    ...storedCall(batch * CALLS + nth, 1_000_000, UNTIL_US),
    switch_id: `batch-${batch}`,
    version,
  }));

const eventsOf = (batch: number): CallEventRow[] =>
  callsOf(batch, 0).flatMap(({ tenant_id, call_started_at, call_id, switch_id }) =>
    Array.from({ length: EVENTS }, (_, nth) => ({
      tenant_id,
      call_started_at,
      call_id,
      switch_id,
      event_id: `event-${nth}`,
      content_hash: `hash-${nth}`,
      observed_order: 1,
      type: 'call.started',
      occurred_at: call_started_at + nth,
      event: Buffer.from(`${call_id}\n\n; DROP TABLE calls -- ${nth}`),
    })),
  );

/** What was acknowledged: the version of each batch's calls. */
type Acknowledged = Map<number, number>;

function startWriters(clickhouse: ClickHouse) {
  const { calls } = clickhouseStores(clickhouse);
  const acknowledged: Acknowledged = new Map();
  const stopping = new AbortController();
  let retries = 0;
  let wrote = (): void => undefined;
  /** As a processor does: what fails in a way that passes is written again, the same rows. */
  const write = (operation: () => Promise<void>): Promise<void> =>
    retry(operation, {
      baseDelayMs: 20,
      maxDelayMs: 200,
      isRetryable: isRetryableClickHouseError,
      onRetry: () => (retries += 1),
    });
  async function go(writer: number): Promise<void> {
    for (let batch = writer; !stopping.signal.aborted; batch += WRITERS) {
      await write(() => calls.insertEvents(eventsOf(batch)));
      for (let version = 1; version <= VERSIONS; version += 1) {
        await write(() => calls.insertCalls(callsOf(batch, version)));
        acknowledged.set(batch, version);
        wrote();
      }
    }
  }
  const ended = Promise.all(Array.from({ length: WRITERS }, (_, writer) => go(writer)));
  return {
    acknowledged,
    retries: () => retries,
    /** Resolves when so many writes more are acknowledged, in the middle of the others; rejects when a writer fails. */
    after: (writes: number): Promise<unknown> => {
      let left = writes;
      const enough = new Promise<void>((resolve) => {
        wrote = () => {
          left -= 1;
          if (left === 0) resolve();
        };
      });
      return Promise.race([enough, ended.then(() => assert.fail('the writers ended'))]);
    },
    async stop(): Promise<void> {
      stopping.abort();
      await ended;
    },
  };
}

type Stored = { readonly batch: string; readonly rows: number; readonly calls: number; readonly version: number };

/** By batch, as everything that reads calls does: with FINAL. */
async function verify(clickhouse: ClickHouse, acknowledged: Acknowledged): Promise<void> {
  const options = { settings: { do_not_merge_across_partitions_select_final: 1 } } as const;
  const calls = await clickhouse.query<Stored>(
    'SELECT switch_id AS batch, toUInt32(count()) AS rows, toUInt32(uniqExact(call_id)) AS calls, toFloat64(min(version)) AS version FROM calls FINAL GROUP BY batch',
    {},
    options,
  );
  const events = await clickhouse.query<Stored>(
    'SELECT switch_id AS batch, toUInt32(count()) AS rows, toUInt32(uniqExact(call_id)) AS calls, 0 AS version FROM call_events FINAL GROUP BY batch',
    {},
    options,
  );
  for (const { batch, rows, calls: distinct } of calls)
    assert.equal(rows, distinct, `calls of ${batch} are there twice`);
  for (const { batch, rows } of events) assert.ok(rows <= CALLS * EVENTS, `events of ${batch} are there twice`);
  const callsByBatch = new Map(calls.map((stored) => [stored.batch, stored]));
  const eventsByBatch = new Map(events.map((stored) => [stored.batch, stored]));
  for (const [number, version] of acknowledged) {
    const batch = `batch-${number}`;
    assert.equal(callsByBatch.get(batch)?.rows, CALLS, `calls of ${batch}, acknowledged`);
    assert.ok((callsByBatch.get(batch)?.version ?? 0) >= version, `version ${version} of ${batch}, acknowledged`);
    assert.equal(eventsByBatch.get(batch)?.rows, CALLS * EVENTS, `events of ${batch}, acknowledged`);
  }
}

test(`what the store acknowledged survives ${KILLS} kills, once`, async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'clickhouse-store-kill-'));
  const env = { CLICKHOUSE_USER: USER, CLICKHOUSE_PASSWORD: PASSWORD };
  const start = (port: number): Promise<EngineProcess> => startEngineProcess('clickhouse', { dataDir, port, env });
  let server = await start(0);
  const config = readConfig(clickhouseSettings, {
    TRUNKLINE_CLICKHOUSE_URL: `http://${server.host}:${server.port}`,
    TRUNKLINE_CLICKHOUSE_USER: USER,
    TRUNKLINE_CLICKHOUSE_PASSWORD: PASSWORD,
    TRUNKLINE_CLICKHOUSE_DATABASE: 'trunkline',
  });
  const logger = createLogger('test', 'silent');
  await migrateTables(config, logger);
  const clickhouse = createClickHouse(config, logger);
  const writers = startWriters(clickhouse);
  for (let round = 0; round < KILLS; round += 1) {
    await writers.after(3 + ((round * 7) % 11));
    await server.kill();
    const before = new Map(writers.acknowledged);
    server = await start(server.port);
    await verify(clickhouse, before);
  }
  await writers.stop();
  assert.ok(writers.retries() >= KILLS, 'kills that no writer felt');
  await verify(clickhouse, writers.acknowledged);
  await clickhouse.close();
  await server.stop();
  await rm(dataDir, { recursive: true });
});
