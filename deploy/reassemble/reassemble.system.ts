import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { normaliseFreeswitchEvent } from '../../ingest/freeswitch/normalise-event.ts';
import { assembleTouched } from '../../processors/calls/assemble-touched.ts';
import { assemblerEpoch } from '../../processors/calls/assembler-epoch.ts';
import { type CallsLoop, createCallsLoop } from '../../processors/calls/calls-loop.ts';
import { clickhouseStores } from '../../processors/calls/clickhouse-call-store.ts';
import { type Assemble, ownAssembler } from '../../processors/calls/reassembly/assemble-page.ts';
import type { CallChange } from '../../processors/calls/reassembly/compare.ts';
import { at } from '../../processors/testing/event-table.ts';
import { createTables, tableStores } from '../../processors/testing/in-memory-tables.ts';
import { createRandom } from '../../processors/testing/random.ts';
import { batchOf } from '../../processors/testing/record-batch.ts';
import { someCalls } from '../../processors/testing/scenarios.ts';
import { keepAll } from '../../processors/testing/topology.ts';
import { type ClickHouse, createClickHouse } from '../../runtime/clickhouse.ts';
import { readConfig } from '../../runtime/config.ts';
import { createLogger } from '../../runtime/logger.ts';
import { rowBinaryEncoder } from '../../runtime/row-binary.ts';
import { clickhouseSettings } from '../../runtime/settings.ts';
import type { CallRow } from '../../schemas/call-row.ts';
import { callColumns, recordingColumns } from '../../schemas/clickhouse-columns.ts';
import { encodeEvent } from '../../schemas/event-codec.ts';
import type { Event } from '../../schemas/events.ts';
import type { RecordingRow } from '../../schemas/rows.ts';
import { callCentre } from '../demo/call-centre.ts';
import { readMigrations } from '../migrate/migration-files.ts';
import { startEngines } from '../testing/engines.ts';
import { runCommand } from '../testing/installation.ts';
import { reassemble, type ReassembleOptions } from './reassemble.ts';

const logger = createLogger('test', 'silent');
const folder = mkdtempSync(join(tmpdir(), 'trunkline-reassemble-'));
const stateFile = join(folder, 'state.json');

type Database = { readonly clickhouse: ClickHouse; readonly env: Readonly<Record<string, string>> };

let engines: Awaited<ReturnType<typeof startEngines<{ clickhouse: true }>>>;
before(async () => {
  engines = await startEngines({ clickhouse: true });
});
after(async () => {
  await engines.stop();
  rmSync(folder, { recursive: true });
});

let databases = 0;

const withDatabase = async (work: (database: Database) => Promise<void>): Promise<void> => {
  databases += 1;
  const name = `reassemble_${process.pid}_${databases}`;
  const env = {
    TRUNKLINE_CLICKHOUSE_URL: engines.clickhouse.url,
    TRUNKLINE_CLICKHOUSE_USER: engines.clickhouse.user,
    TRUNKLINE_CLICKHOUSE_PASSWORD: engines.clickhouse.password,
    TRUNKLINE_CLICKHOUSE_DATABASE: name,
  };
  const config = readConfig(clickhouseSettings, env);
  const server = createClickHouse({ ...config, clickhouseDatabase: 'default' }, logger);
  await server.command(`CREATE DATABASE ${name}`);
  const clickhouse = createClickHouse(config, logger);
  for (const { statement } of readMigrations()) await clickhouse.command(statement);
  try {
    await work({ clickhouse, env });
  } finally {
    await server.command(`DROP DATABASE ${name}`);
    await Promise.all([clickhouse.close(), server.close()]);
  }
};

const noLetters = { publish: async () => undefined };

const loopOn = (clickhouse: ClickHouse): CallsLoop =>
  createCallsLoop({
    stores: { ...clickhouseStores(clickhouse), deadLetters: noLetters },
    limits: { maxEvents: 0, maxCalls: 1000, endedForMs: 0 },
    nowMs: Date.now,
  });

const take = async (loop: CallsLoop, events: readonly Event[]): Promise<void> =>
  loop.handle(batchOf('call-events', events.map(encodeEvent)));

/** The rows that a quiet run of the processor gives. */
const rowsOf = async (events: readonly Event[]): Promise<{ calls: CallRow[]; recordings: RecordingRow[] }> => {
  const tables = createTables();
  const stores = tableStores(tables, async (effect) => effect());
  await take(createCallsLoop({ stores, limits: keepAll, nowMs: () => 0 }), events);
  return { calls: [...tables.calls.final()], recordings: [...tables.recordings.final()] };
};

const callRows = rowBinaryEncoder<CallRow>(callColumns);
const recordingRows = rowBinaryEncoder<RecordingRow>(recordingColumns);

const put = async ({ clickhouse }: Database, calls: readonly CallRow[], recordings: readonly RecordingRow[]) => {
  await clickhouse.command('TRUNCATE TABLE calls');
  await clickhouse.command('TRUNCATE TABLE recordings');
  await clickhouse.insertRows('calls', callRows.columns, callRows.encode(calls));
  await clickhouse.insertRows('recordings', recordingRows.columns, recordingRows.encode(recordings));
};

const hashOf = async ({ clickhouse }: Database, columns: string, final: string): Promise<unknown> =>
  Promise.all(
    ['calls', 'recordings'].map(async (table) =>
      clickhouse.query(
        `SELECT count() AS rows, groupBitXor(cityHash64(formatRow('RowBinary', ${columns}))) AS content FROM ${table} ${final}`,
      ),
    ),
  );

/** Every row that was ever written, byte by byte. */
const allRowsOf = async (database: Database): Promise<unknown> => hashOf(database, '*', '');

/** What the tables say, byte by byte. A row that did not change keeps the version of who made it. */
const contentOf = async (database: Database): Promise<unknown> => hashOf(database, '* EXCEPT version', 'FINAL');

type Ran = { readonly code: number; readonly output: string };

const range = { fromUs: at(-1), toUs: at(3600), tenantId: null };

const run = async ({ clickhouse }: Database, more: Partial<ReassembleOptions> = {}): Promise<Ran> => {
  const printed: string[] = [];
  const code = await reassemble(
    {
      clickhouse,
      range,
      assemble: ownAssembler,
      epoch: assemblerEpoch,
      dryRun: false,
      diffFile: undefined,
      stateFile,
      confirm: async () => true,
      ...more,
    },
    { print: (line) => printed.push(line), progress: () => undefined, isTerminal: false },
  );
  return { code, output: printed.join('\n') };
};

const dry = { dryRun: true } as const;
const epoch = 2 ** 32;

/** Rows as an older program would have made them: every third call came out otherwise, and its recordings. */
const olderRows = ({ calls, recordings }: { calls: readonly CallRow[]; recordings: readonly RecordingRow[] }) => {
  const altered = new Set(calls.filter((_, index) => index % 3 === 0).map(({ call_id }) => call_id));
  return {
    altered,
    calls: calls.map(
      (row): CallRow =>
        altered.has(row.call_id)
          ? { ...row, version: row.version - epoch, disposition: 'failed', talk_ms: row.talk_ms + 1 }
          : { ...row, version: row.version - epoch },
    ),
    recordings: recordings.map(
      (row): RecordingRow => ({
        ...row,
        version: row.version - epoch,
        callee_number: altered.has(row.call_id) ? 'another' : row.callee_number,
      }),
    ),
  };
};

const disposed = (row: CallRow): CallRow => ({ ...row, disposition: 'blocked', version: row.version + epoch });

const changedAssembler: Assemble = (touched, groups) => {
  const assembled = assembleTouched(touched, groups);
  return {
    ...assembled,
    calls: assembled.calls.map(disposed),
    recordings: assembled.recordings.map((row) => ({ ...row, version: row.version + epoch })),
  };
};

const eventsOfCalls = (seed: number, count: number): Event[] => someCalls(createRandom(seed), count, true).calls.flat();

const linesOf = (file: string): CallChange[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as CallChange);

suite('reassemble', { timeout: 300_000 }, () => {
  test('finds nothing where the assembler did not change: demo calls and linked ones', async () =>
    withDatabase(async (database) => {
      const startUs = at(0);
      const centre = callCentre('reassemble');
      const source = { tenantId: 'demo', observedAtUs: startUs + 1e12, askedSwitchId: null, boundSwitchId: null };
      const demo = Array.from({ length: 400 }, (_, which) => centre.callAt(which, startUs + which * 1_000_000))
        .flatMap(({ events }) => events)
        .flatMap(({ event }) => {
          const normalised = normaliseFreeswitchEvent(event, source);
          return 'events' in normalised ? normalised.events : [];
        });
      const loop = loopOn(database.clickhouse);
      await take(loop, [...demo, ...eventsOfCalls(1, 200)]);
      const content = await allRowsOf(database);
      const { code, output } = await run(database, { range: { ...range, toUs: at(100_000) } });
      assert.deepEqual([code, output.split('\n').at(-1)], [0, '650 calls compared, 0 are assembled otherwise']);
      assert.deepEqual(await allRowsOf(database), content);
    }));

  test('of a changed assembler tells exactly what would change, and changes nothing unless told to', async () =>
    withDatabase(async (database) => {
      const events = eventsOfCalls(2, 300);
      await take(loopOn(database.clickhouse), events);
      const content = await allRowsOf(database);
      const diffFile = join(folder, 'changed.ndjson');
      const { output } = await run(database, {
        ...dry,
        diffFile,
        assemble: changedAssembler,
        epoch: assemblerEpoch + 1,
      });
      const { calls } = await rowsOf(events);
      const expected = calls.map(({ tenant_id, call_id, version, disposition }) => ({
        tenant_id,
        call_id,
        reason: 'assembler',
        version_before: version,
        version_after: version + epoch,
        writable: true,
        changes: [{ field: 'disposition', before: disposition, after: 'blocked' }],
      }));
      const byId = (one: { call_id: string }, other: { call_id: string }) => (one.call_id < other.call_id ? -1 : 1);
      assert.deepEqual(linesOf(diffFile).sort(byId), expected.sort(byId));
      assert.match(output, new RegExp(`^disposition +${calls.length} +call_\\w+ +\\w+ +blocked$`, 'm'));

      const declined = await run(database, {
        assemble: changedAssembler,
        epoch: assemblerEpoch + 1,
        confirm: async () => false,
      });
      assert.match(declined.output, /nothing was written$/);
      const sameEpoch: Assemble = (touched, groups) => {
        const { calls, ...rest } = assembleTouched(touched, groups);
        return { ...rest, calls: calls.map((row) => ({ ...row, disposition: 'blocked' })) };
      };
      await assert.rejects(
        run(database, { assemble: sameEpoch }),
        /\d+ rows would be other ones under the same version/,
      );
      assert.deepEqual(await allRowsOf(database), content);
    }));

  test('writes what differs, once, recordings and linked calls outside the range with it', async () =>
    withDatabase(async (database) => {
      const events = eventsOfCalls(3, 300);
      await take(loopOn(database.clickhouse), events);
      const rows = await rowsOf(events);
      const older = olderRows(rows);
      const [lost] = older.calls as [CallRow];
      await put(database, older.calls.slice(1), older.recordings);
      // The second halves of linked calls began a second later.
      const first = await run(database, { range: { ...range, toUs: at(0.5) } });
      assert.match(first.output, /^1 calls have events and no row$/m);
      assert.match(first.output, /^recording\.callee_number +\d+ /m);
      const [stored] = await database.clickhouse.query<{ altered: string; version: string }>(
        `SELECT countIf(disposition = 'failed') AS altered, anyIf(version, call_id = {lost:String}) AS version FROM calls FINAL`,
        { lost: lost.call_id },
      );
      assert.deepEqual(stored, { altered: '0', version: String(lost.version + epoch) });
      const content = await allRowsOf(database);
      const again = await run(database);
      assert.match(again.output, /, 0 are assembled otherwise$/);
      assert.deepEqual(await allRowsOf(database), content);
      assert.ok(!existsSync(stateFile));
    }));

  test('refuses rows of a newer program, before anything is written', async () =>
    withDatabase(async (database) => {
      const events = eventsOfCalls(4, 60);
      await take(loopOn(database.clickhouse), events);
      const { calls, recordings } = await rowsOf(events);
      const newer = calls.map((row, index) => ({ ...row, version: row.version + (index === 59 ? epoch : -epoch) }));
      await put(database, newer, recordings);
      const content = await allRowsOf(database);
      await assert.rejects(run(database), /was assembled by a newer version of Trunkline/);
      assert.deepEqual(await allRowsOf(database), content);
    }));

  test('killed in the middle and beside live traffic: the tables are those of a quiet run', async () =>
    withDatabase(async (database) => {
      const events = eventsOfCalls(5, 2500);
      const random = createRandom(6);
      const [early, late] = [
        events.filter((_, index) => index % 10 !== 0),
        events.filter((_, index) => index % 10 === 0),
      ];
      const loop = loopOn(database.clickhouse);
      for (let from = 0; from < early.length; from += 10_000) await take(loop, early.slice(from, from + 10_000));
      const older = olderRows(await rowsOf(early));
      await put(database, older.calls, older.recordings);

      let isOver = false;
      const live = (async () => {
        const left = random.shuffle(late);
        for (let sent = 0; sent < left.length; sent += 250) {
          await take(loop, left.slice(sent, sent + 250));
          if (!isOver) await delay(20);
        }
      })();
      const args = ['--from', '2026-01-05T09:59:59Z', '--to', '2026-01-05T11:00:00Z', '--yes', '--state', stateFile];
      const killed = runCommand(['reassemble', ...args], database.env);
      // Under way, not done: a page is written and others are to come.
      while (!isUnderWay()) await delay(5);
      killed.child.kill('SIGKILL');
      await killed.ended;
      assert.ok(existsSync(stateFile), killed.output());
      const resumed = await runCommand(['reassemble', ...args], database.env).ended;
      assert.equal(resumed.code, 0, resumed.output);
      assert.match(resumed.output, /^going on with what was begun: \d+ rows are written$/m);
      isOver = true;
      await live;

      const last = await runCommand(['reassemble', ...args, '--dry-run'], database.env).ended;
      assert.match(last.output, /, 0 are assembled otherwise$/m);
      assert.doesNotMatch(last.output, /lack events|no row|newer/);
      await withDatabase(async (quiet) => {
        const { calls, recordings } = await rowsOf(events);
        await put(quiet, calls, recordings);
        assert.deepEqual(await contentOf(database), await contentOf(quiet));
      });
    }));
});

const isUnderWay = (): boolean =>
  existsSync(stateFile) && (JSON.parse(readFileSync(stateFile, 'utf8')) as { cursor: unknown }).cursor !== null;
