/** Every row acknowledged before a kill -9 is there after it, once. TRUNKLINE_KILLS says how many times (default 5). */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { PASSWORD, type Spawned, spawnEmbedded, USER } from './spawned.ts';

const KILLS = Number(process.env['TRUNKLINE_KILLS'] ?? 5);
const WRITERS = 4;
const BATCH_ROWS = 50;

function connect(server: Spawned): ClickHouseClient {
  const log = { level: ClickHouseLogLevel.OFF };
  return createClient({ url: server.url, username: USER, password: PASSWORD, log });
}

async function insertBatch(client: ClickHouseClient, batch: string): Promise<void> {
  const values = Array.from({ length: BATCH_ROWS }, (_, row) => ({ batch, row, filling: `${batch}\n\n${row}` }));
  await client.insert({ table: 'batches', values, format: 'JSONEachRow' });
}

/** Writes until the process dies, which it does once enough batches are acknowledged; says which were. */
async function writeUntilKilled(server: Spawned, round: number): Promise<{ acked: string[]; tried: string[] }> {
  const client = connect(server);
  const acked: string[] = [];
  const tried: string[] = [];
  const enough = 5 + ((round * 7) % 23);
  async function write(writer: number): Promise<void> {
    for (let n = 0; ; n += 1) {
      const batch = `${round}-${writer}-${n}`;
      tried.push(batch);
      await insertBatch(client, batch);
      acked.push(batch);
      if (acked.length === enough) server.process.kill('SIGKILL');
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
  for (const end of ends) assert.equal(end.status, 'rejected');
  assert.equal(await server.exited, null);
  await client.close();
  return { acked, tried };
}

async function countsByBatch(server: Spawned): Promise<Map<string, number>> {
  const client = connect(server);
  const query = 'SELECT batch, toUInt32(count()) AS n, toUInt32(uniqExact(row)) AS rows FROM batches GROUP BY batch';
  const result = await client.query({ query, format: 'JSONEachRow' });
  const counts = await result.json<{ batch: string; n: number; rows: number }>();
  await client.close();
  for (const { batch, n, rows } of counts) assert.equal(n, rows, `rows of ${batch} are there twice`);
  return new Map(counts.map(({ batch, n }) => [batch, n]));
}

test(`acknowledged inserts survive ${KILLS} kills`, async () => {
  const data = await mkdtemp(path.join(tmpdir(), 'clickhouse-kill-'));
  let server = await spawnEmbedded(data);
  const client = connect(server);
  await client.command({
    query: 'CREATE TABLE batches (batch String, row UInt32, filling String) ENGINE = MergeTree ORDER BY (batch, row)',
  });
  await client.close();
  const acked: string[] = [];
  const tried = new Set<string>();
  for (let round = 0; round < KILLS; round += 1) {
    const written = await writeUntilKilled(server, round);
    acked.push(...written.acked);
    for (const batch of written.tried) tried.add(batch);
    server = await spawnEmbedded(data);
    const counts = await countsByBatch(server);
    for (const batch of acked) assert.equal(counts.get(batch), BATCH_ROWS, `batch ${batch}, acknowledged`);
    for (const [batch, n] of counts) {
      assert.ok(tried.has(batch), `batch ${batch} was never sent`);
      assert.equal(n, BATCH_ROWS, `batch ${batch} is there in part`);
    }
  }
  assert.ok(acked.length >= KILLS * 5);
  assert.equal(await server.stop('SIGTERM'), 0);
  await rm(data, { recursive: true });
});
