/** Many heavy queries at once: they wait their turn or are refused, and the memory of the process stays bounded. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { until } from '../../../runtime/testing/until.ts';
import { PASSWORD, type Spawned, spawnEmbedded, USER } from './spawned.ts';

const MIB = 1024 ** 2;
const READS = 4;
const QUEUE = 30;
const QUERY_MIB = 100;
const headers = { 'x-clickhouse-user': USER, 'x-clickhouse-key': PASSWORD };
const SORT = 'SELECT sum(length(s)) FROM (SELECT toString(number) AS s FROM numbers(1000000) ORDER BY s LIMIT 900000)';
const TOO_MUCH = 'SELECT count() FROM (SELECT number FROM numbers(100000000) GROUP BY number)';
const ENDLESS = 'SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1';

let data = '';
let server: Spawned;

type Answer = { readonly code: number; readonly text: string };

async function ask(sql: string, signal?: AbortSignal): Promise<Answer> {
  const response = await fetch(server.url, { method: 'POST', headers, body: sql, ...(signal && { signal }) });
  const text = (await response.text()).trim();
  return { code: Number(response.headers.get('x-clickhouse-exception-code') ?? 0), text };
}

/** The most that was ever resident. */
async function peakMib(): Promise<number> {
  const status = await readFile(`/proc/${server.process.pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

before(async () => {
  data = await mkdtemp(path.join(tmpdir(), 'clickhouse-load-'));
  server = await spawnEmbedded(data, {
    CLICKHOUSE_READS: String(READS),
    CLICKHOUSE_QUEUE: String(QUEUE),
    CLICKHOUSE_QUERY_MEMORY_BYTES: String(QUERY_MIB * MIB),
    CLICKHOUSE_TOTAL_MEMORY_BYTES: String(2048 * MIB),
  });
  await ask('CREATE TABLE rows (n UInt64) ENGINE = MergeTree ORDER BY n');
});

after(async () => {
  await server.stop('SIGTERM');
  await rm(data, { recursive: true });
});

test('fifty at once: all are answered or refused, memory is bounded, inserts go on, cancelled ones stop', async () => {
  await ask(SORT);
  const usualMib = await peakMib();
  const leaving = new AbortController();
  const endless = Array.from({ length: READS - 1 }, () => assert.rejects(ask(ENDLESS, leaving.signal)));
  const running = async (): Promise<string> =>
    (await ask("SELECT count() FROM system.processes WHERE query LIKE '%1000000000000%'")).text;
  await until(async () => (await running()) === String(READS));

  let answered = 0;
  const heavy = Array.from({ length: 49 }, async (_, nth) => {
    const answer = await ask(nth % 2 === 0 ? SORT : TOO_MUCH);
    answered += 1;
    return answer.code;
  });
  let meanwhile = 0;
  while (answered < heavy.length) {
    assert.deepEqual(await ask(`INSERT INTO rows FORMAT CSV\n${meanwhile}`), { code: 0, text: '' });
    meanwhile += 1;
    if (meanwhile === 3) leaving.abort();
  }
  await Promise.all(endless);

  const codes = await Promise.all(heavy);
  const count = (code: number): number => codes.filter((found) => found === code).length;
  assert.equal(count(0) + count(202) + count(241), codes.length, codes.join(' '));
  // While the endless ones run one lane is left, and the queue: what finds both full is refused at once.
  assert.ok(count(202) > 0 && count(202) < codes.length - QUEUE, codes.join(' '));
  assert.ok(count(0) > 0 && count(241) > 0, codes.join(' '));
  assert.ok(meanwhile > 3);
  assert.equal((await ask('SELECT count() FROM rows')).text, String(meanwhile));
  await until(async () => (await running()) === '1');

  // The lanes' own, and some for what allocators keep, inserts and Node.
  const grownMib = (await peakMib()) - usualMib;
  assert.ok(grownMib < READS * QUERY_MIB + 300, `${grownMib} MiB more than usual`);
});
