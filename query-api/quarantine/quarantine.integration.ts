import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startEngines } from '../../deploy/testing/engines.ts';
import type { QuarantineStep } from '../../schemas/quarantine-actions.ts';
import type { QuarantinedRow, QuarantineStepRow } from '../../schemas/rows.ts';
import { createTables } from '../listing/tables.ts';
import { apiClient } from '../testing/api-client.ts';
import { createDatabase } from '../testing/database.ts';
import { tenOClock } from '../testing/rows.ts';
import { directoryOf, testApp } from '../testing/test-app.ts';
import { createQuarantineReader } from './quarantine-reader.ts';
import { createRedriver } from './redriver.ts';
import { decodeQuarantineAction } from '../../schemas/quarantine-actions.ts';

const engines = await startEngines({ clickhouse: true });
const database = await createDatabase(engines.clickhouse);
const { directory, secrets } = directoryOf({
  acme: { tenantId: 'acme', scopes: ['quarantine:read', 'quarantine:write'] },
  globex: { tenantId: 'globex', scopes: ['*'] },
});
const asked: string[] = [];
const quarantine = createQuarantineReader(createTables(database.clickhouse, 10_000));
const app = await testApp({
  directory: () => directory,
  quarantine,
  redriver: createRedriver(quarantine, async (messages) => {
    for (const { value } of messages) {
      const action = decodeQuarantineAction(value);
      if (!('undecodable' in action)) asked.push(action.quarantine_id);
    }
  }),
});
after(async () => {
  await app.close();
  await database.drop();
  await engines.stop();
});
const acme = apiClient(app, secrets.acme);
const globex = apiClient(app, secrets.globex);

const raw = Buffer.from([0, 255, 10, 39, 92]);
const recordRow = (id: string, given: Partial<QuarantinedRow> = {}): QuarantinedRow => ({
  tenant_id: 'acme',
  quarantine_id: id,
  received_at: tenOClock,
  received_order: Number.MAX_SAFE_INTEGER - (given.received_at ?? tenOClock),
  stage: 'ingest',
  source: 'canonical',
  switch_id: 'pbx1',
  code: 'MISSING_FIELD',
  message: "it's missing",
  field: 'call_key',
  raw,
  boot_id: '',
  native_seq: null,
  asked_switch_id: '',
  bound_switch_id: '',
  record_bytes: raw.length,
  ...given,
});

const stepRow = (id: string, attempt: number, step: QuarantineStep): QuarantineStepRow => ({
  tenant_id: 'acme',
  quarantine_id: id,
  attempt_id: `try_${attempt}`,
  step,
  asked_at: tenOClock + attempt,
  // The clock of whoever settles it may be behind that of whoever asked.
  at: tenOClock - 5,
  actor: `key_${attempt}`,
  corrected: false,
  switch_id: '',
  raw: Buffer.alloc(0),
  events: 0,
  event_ids: [],
  code: '',
  message: '',
  field: '',
});

const ids = async (query: string): Promise<string[]> =>
  (await acme.listAll(`/v1/quarantine?sort=oldest&${query}`)).map(({ id }) => id);

test('refused records are the tenant’s own, with their bytes; received twice they count once, when they first came', async () => {
  const late = { received_at: tenOClock + 9_000_000 };
  const rows = [
    recordRow('bad_1'),
    recordRow('bad_2', { received_at: tenOClock + 1 }),
    recordRow('bad_3', { tenant_id: '' }),
  ];
  await database.insert('quarantined_records', rows);
  await database.insert('quarantined_records', [recordRow('bad_1', late)]);
  assert.deepEqual(await ids('limit=1'), ['bad_1', 'bad_2']);
  assert.deepEqual(await ids('code=MISSING_FIELD&switch_id=pbx1&stage=ingest&to=2026-01-20T10:00:00.000001Z'), [
    'bad_1',
  ]);
  type Detail = { data: { raw_base64: string; raw_bytes: number; record: string | null; received_at: string } };
  const { data } = (await acme.get('/v1/quarantine/bad_1')).json<Detail>();
  assert.deepEqual([Buffer.from(data.raw_base64, 'base64'), data.raw_bytes, data.record], [raw, 5, null]);
  assert.equal(data.received_at, '2026-01-20T10:00:00.000000Z');
  assert.deepEqual(await globex.listAll('/v1/quarantine'), []);
  assert.equal((await acme.get('/v1/quarantine/bad_3')).statusCode, 404);
  await database.clear();
});

test('a record’s status follows from its steps, in whatever order and however often they were written', async () => {
  const told: Readonly<Record<string, readonly (readonly [number, QuarantineStep])[]>> = {
    open: [],
    redriving: [
      [1, 'asked'],
      [1, 'refused'],
      [2, 'asked'],
    ],
    refused_again: [
      [1, 'asked'],
      [1, 'refused'],
    ],
    redriven: [
      [1, 'asked'],
      [1, 'redriven'],
      [2, 'asked'],
      [2, 'refused'],
    ],
    dismissed: [
      [1, 'asked'],
      [1, 'refused'],
      [2, 'dismissed'],
    ],
  };
  await database.insert(
    'quarantined_records',
    Object.keys(told).map((id, at) => recordRow(id, { received_at: tenOClock + at })),
  );
  const steps = Object.entries(told).flatMap(([id, list]) => list.map(([attempt, step]) => stepRow(id, attempt, step)));
  await database.insert('quarantine_steps', steps.toReversed());
  await database.insert('quarantine_steps', steps);
  type Page = { data: { id: string; status: string; attempts: number; last_attempt: { actor: string } | null }[] };
  const page = (await acme.get('/v1/quarantine')).json<Page>();
  assert.deepEqual(
    Object.fromEntries(
      page.data.map(({ id, status, attempts, last_attempt }) => [id, [status, attempts, last_attempt?.actor]]),
    ),
    {
      open: ['open', 0, undefined],
      redriving: ['redriving', 2, 'key_2'],
      refused_again: ['refused_again', 1, 'key_1'],
      redriven: ['redriven', 2, 'key_2'],
      dismissed: ['dismissed', 1, 'key_2'],
    },
  );
  for (const status of Object.keys(told)) assert.deepEqual(await ids(`status=${status}&include_total=true`), [status]);
  assert.deepEqual(await ids('ids=redriven,open,none'), ['open', 'redriven']);

  const redrive = async (payload: object) =>
    app.inject({ method: 'POST', url: '/v1/quarantine/redrive', headers: { 'x-api-key': secrets.acme }, payload });
  const dry = await redrive({ dry_run: true });
  assert.deepEqual(dry.json<{ data: unknown }>().data, {
    asked: 2,
    attempts: [],
    skipped: [],
    kinds: [{ stage: 'ingest', code: 'MISSING_FIELD', records: 2, redrivable: true, why: null }],
  });
  let cursor: string | null = null;
  do {
    const some = await redrive({ limit: 1, ...(cursor !== null && { cursor }) });
    assert.equal(some.statusCode, 202, some.body);
    cursor = some.json<{ meta: { next_cursor: string | null } }>().meta.next_cursor;
  } while (cursor !== null);
  assert.deepEqual(asked, ['open', 'refused_again']);
  await database.clear();
});
