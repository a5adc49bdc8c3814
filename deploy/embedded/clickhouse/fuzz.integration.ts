/** Bodies of inserts, made at random around what would hurt: whatever they are, none of it is run. FUZZ_SEED repeats a run. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { PASSWORD, type Spawned, spawnEmbedded, USER } from './spawned.ts';

const RUNS = 200;
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);

let data = '';
let server: Spawned;

async function post(body: string | Buffer, search = '', headers: Record<string, string> = {}): Promise<Response> {
  const login = { 'x-clickhouse-user': USER, 'x-clickhouse-key': PASSWORD };
  return fetch(`${server.url}/?${search}`, { method: 'POST', body, headers: { ...login, ...headers } });
}

async function run(sql: string): Promise<string> {
  const response = await post(sql);
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return text.trim();
}

/** Everything that SQL in a body could change but the rows of the table it is for. */
const untouched = (): Promise<string> =>
  run(`SELECT (SELECT groupArray(note) FROM canary), (SELECT groupArray((database, name, create_table_query))
    FROM (SELECT * FROM system.tables WHERE database NOT IN ('system', 'information_schema', 'INFORMATION_SCHEMA') ORDER BY ALL)),
    (SELECT arraySort(groupArray(name)) FROM system.databases)`);

before(async () => {
  data = await mkdtemp(path.join(tmpdir(), 'clickhouse-fuzz-'));
  server = await spawnEmbedded(data);
  await run('CREATE TABLE canary (note String) ENGINE = MergeTree ORDER BY note');
  await run("INSERT INTO canary VALUES ('sings')");
  await run('CREATE TABLE target (s String) ENGINE = Null');
});

after(async () => {
  await server.stop('SIGTERM');
  await rm(data, { recursive: true });
});

const statements = [
  'DROP TABLE canary',
  'TRUNCATE TABLE canary',
  "INSERT INTO canary VALUES ('x')",
  'INSERT INTO canary FORMAT CSV\nx',
  'CREATE TABLE egg (a UInt8) ENGINE = Memory',
  'CREATE DATABASE nest',
  'ALTER TABLE canary DELETE WHERE 1',
  'RENAME TABLE canary TO cat',
];
const edges = [
  '\n\n',
  '\r\n\r\n',
  '\n',
  ';',
  ';\n\n',
  "'",
  '"',
  '`',
  "')",
  '")',
  '\\',
  '\0',
  '--',
  '/*',
  '*/',
  '{',
  '}',
  '[',
  ']',
  '(',
  ')',
  ',',
  '\t',
  '\\N',
  '\\.\n',
  '$$',
  '\u2028',
  '\u00a0',
];
const piece = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...statements).map((sql) => Buffer.from(sql)) },
  { weight: 5, arbitrary: fc.constantFrom(...edges).map((edge) => Buffer.from(edge)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)) },
);
const body = fc.array(piece, { minLength: 1, maxLength: 14 }).map((pieces) => Buffer.concat(pieces));
const format = fc.constantFrom(
  'CSV',
  'TabSeparated',
  'TSKV',
  'JSONEachRow',
  'JSONCompactEachRow',
  'JSONAsString',
  'LineAsString',
  'RawBLOB',
  'RowBinary',
  'Native',
  'Values',
  'CustomSeparated',
  'Parquet',
  'MsgPack',
);
const how = fc.constantFrom('after the query', 'apart', 'apart in gzip', 'all in gzip', 'begun in the URL');

async function insert(bytes: Buffer, name: string, sent: string): Promise<void> {
  const sql = name === 'Values' ? 'INSERT INTO target VALUES' : `INSERT INTO target FORMAT ${name}`;
  const whole = Buffer.concat([Buffer.from(`${sql}\n`), bytes]);
  const zipped = { 'content-encoding': 'gzip' };
  const query = (text: string): string => `query=${encodeURIComponent(text)}`;
  const send: Record<string, () => Promise<Response>> = {
    'after the query': () => post(whole),
    apart: () => post(bytes, query(sql)),
    'apart in gzip': () => post(gzipSync(bytes), query(sql), zipped),
    'all in gzip': () => post(gzipSync(whole), '', zipped),
    'begun in the URL': () => post(bytes, query(whole.toString('utf8'))),
  };
  const response = await send[sent]!();
  const text = await response.text();
  // Taken or refused as malformed, but never in a way that nobody foresaw.
  const code = response.headers.get('x-clickhouse-exception-code');
  assert.ok(response.status === 200 ? code === null : code !== null && code !== '1002', text);
}

test(`${RUNS} bodies change nothing but what they are for (seed ${seed})`, async () => {
  assert.match(await untouched(), /sings/);
  await fc.assert(
    fc.asyncProperty(body, format, how, async (bytes, name, sent) => {
      const before = await untouched();
      await insert(bytes, name, sent);
      assert.equal(await untouched(), before);
    }),
    { seed, numRuns: RUNS },
  );
});
