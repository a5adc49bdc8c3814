import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { KafkaUnavailable } from '../../runtime/kafka.ts';
import { decodeQuarantineAction, type QuarantineAction } from '../../schemas/quarantine-actions.ts';
import { directoryOf, testApp } from '../testing/test-app.ts';
import { quarantineConditions, quarantinedQuery, type Standing, type StepFound } from './quarantine-query.ts';
import type { Quarantined, QuarantineReader } from './quarantine-reader.ts';
import { createRedriver, type PublishActions } from './redriver.ts';

const at = '2026-01-20T10:00:00.000000Z';
const raw = Buffer.from('{"type":1}');

const record: Quarantined = {
  quarantine_id: 'bad_1',
  received_at: at,
  stage: 'ingest',
  source: 'canonical',
  switch_id: 'pbx1',
  code: 'MISSING_FIELD',
  message: 'type is missing',
  field: '',
  boot_id: '',
  native_seq: 7,
  asked_switch_id: '',
  bound_switch_id: 'pbx1',
  record_bytes: raw.length,
  raw_bytes: raw.length,
  raw_base64: raw.toString('base64'),
};

const standing: Standing = {
  quarantine_id: 'bad_1',
  status: 'refused_again',
  attempts: 2,
  settled: 2,
  last_attempt_id: 'try_2',
  last_actor: 'key_9',
  last_asked_at: at,
};

const cut = { ...record, quarantine_id: 'bad_cut', record_bytes: 2_000_000 };
const done = { ...record, quarantine_id: 'bad_done' };
const call = { ...record, quarantine_id: 'bad_call', stage: 'calls', code: 'ASSEMBLY_FAILED', source: 'calls/call_1' };
const conflict = {
  ...record,
  quarantine_id: 'bad_anchor',
  stage: 'calls',
  code: 'ANCHOR_CONFLICT',
  source: 'call-events/0/5',
};
const all = [record, cut, done, call, conflict].map((one) => ({
  record: one,
  standing: one === done ? { ...standing, status: 'redriven' as const } : one === record ? standing : null,
}));

const steps: readonly StepFound[] = (['asked', 'refused'] as const).map((step) => ({
  attempt_id: 'try_1',
  step,
  asked_at: at,
  at,
  actor: 'key_9',
  corrected: true,
  switch_id: '',
  events: 0,
  event_ids: [],
  code: step === 'asked' ? '' : 'INVALID_FIELD',
  message: step === 'asked' ? '' : 'type must be a text',
  field: step === 'asked' ? '' : 'type',
  raw_base64: step === 'asked' ? raw.toString('base64') : '',
}));

const { directory, secrets } = directoryOf({
  acme: { tenantId: 'acme', scopes: ['quarantine:read', 'quarantine:write'] },
  globex: { tenantId: 'globex', scopes: ['quarantine:read', 'quarantine:write'] },
  reader: { tenantId: 'acme', scopes: ['quarantine:read'] },
});

const reader: QuarantineReader = {
  list: async (_tenant, { ids }, { limit }) => ({
    rows: all.filter(({ record: { quarantine_id } }) => ids?.includes(quarantine_id) ?? true).slice(0, limit),
    next: limit < all.length ? { at: 5, id: 'bad_5' } : null,
    total: null,
  }),
  find: async (tenantId, ids) =>
    all.filter(({ record: { quarantine_id } }) => tenantId === 'acme' && ids.includes(quarantine_id)),
  steps: async () => steps,
  kinds: async () => [
    { stage: 'ingest', source: 'canonical', code: 'MISSING_FIELD', record_bytes: 5, raw_bytes: 5, records: 40 },
    { stage: 'calls', source: '', code: 'ANCHOR_CONFLICT', record_bytes: 5, raw_bytes: 5, records: 2 },
  ],
  eventOfCall: async () => Buffer.from('an event'),
};

const start = async (t: TestContext, publish?: PublishActions) => {
  const actions: QuarantineAction[] = [];
  const note: PublishActions = async (messages) => {
    for (const { value, key } of messages) {
      const action = decodeQuarantineAction(value);
      assert.ok(!('undecodable' in action));
      assert.equal(key, `${action.tenant_id}:${action.quarantine_id}`);
      actions.push(action);
    }
  };
  const app = await testApp({
    directory: () => directory,
    quarantine: reader,
    redriver: createRedriver(reader, publish ?? note),
  });
  t.after(async () => app.close());
  const get = async (url: string, secret: string = secrets.acme) =>
    app.inject({ url, headers: { 'x-api-key': secret } });
  const post = async (path: string, payload?: object, secret: string = secrets.acme) =>
    app.inject({
      method: 'POST',
      url: `/v1/quarantine/${path}`,
      headers: { 'x-api-key': secret },
      ...(payload !== undefined && { payload }),
    });
  return { get, post, actions };
};

test('refused records are listed with the reason and what became of them, and shown with their bytes one by one', async (t) => {
  const { get } = await start(t);
  const shown = {
    id: 'bad_1',
    received_at: at,
    code: 'MISSING_FIELD',
    message: 'type is missing',
    field: null,
    stage: 'ingest',
    source: 'canonical',
    switch_id: 'pbx1',
    boot_id: null,
    native_seq: 7,
    raw_bytes: 10,
    status: 'refused_again',
    attempts: 2,
    last_attempt: { id: 'try_2', actor: 'key_9', asked_at: at },
    redrive: { as_it_is: true, corrected_in: 'canonical', why: null },
  };
  const list = (await get('/v1/quarantine')).json<{ data: unknown[] }>();
  assert.deepEqual(list.data[0], shown);
  const { redrive } = list.data[1] as { redrive: { as_it_is: boolean; why: string } };
  assert.equal(redrive.as_it_is, false);
  assert.match(redrive.why, /only the first 10 of its 2000000 bytes are kept/);
  assert.deepEqual((await get('/v1/quarantine/bad_1')).json<{ data: unknown }>().data, {
    ...shown,
    raw_base64: raw.toString('base64'),
    record: '{"type":1}',
    attempt_list: [
      {
        id: 'try_1',
        status: 'refused_again',
        actor: 'key_9',
        asked_at: at,
        settled_at: at,
        switch_id: null,
        correction: '{"type":1}',
        events: null,
        event_ids: [],
        code: 'INVALID_FIELD',
        message: 'type must be a text',
        field: 'type',
      },
    ],
  });
  assert.equal((await get('/v1/quarantine/bad_2')).statusCode, 404);
});

test('redriving asks ingest by the log, with the bytes and who asked; another tenant and a reader cannot', async (t) => {
  const { post, actions } = await start(t);
  const answer = await post('bad_1/redrive');
  assert.equal(answer.statusCode, 202, answer.body);
  const [action] = actions as [QuarantineAction];
  assert.deepEqual(answer.json(), {
    data: { id: 'bad_1', attempt_id: action.attempt_id, status: 'redriving' },
  });
  assert.partialDeepStrictEqual(action, {
    tenant_id: 'acme',
    quarantine_id: 'bad_1',
    actor: 'acme',
    step: 'asked',
    action: {
      way: 'record',
      dialect: 'canonical',
      as_tenant_id: 'acme',
      asked_switch_id: '',
      bound_switch_id: 'pbx1',
      corrected: false,
      raw,
    },
  });
  await post('bad_1/redrive');
  assert.equal(actions[1]?.attempt_id, action.attempt_id, 'asked again before the answer, it is the same attempt');
  assert.equal((await post('bad_1/redrive', undefined, secrets.globex)).statusCode, 404);
  assert.equal((await post('bad_1/redrive', undefined, secrets.reader)).statusCode, 403);
  assert.equal(actions.length, 2);
});

test('a correction is a JSON value or a text, and a named switch unbinds', async (t) => {
  const { post, actions } = await start(t);
  await post('bad_1/redrive', { record: { type: 'leg.ended' }, switch: 'pbx2' });
  await post('bad_cut/redrive', { record: 'Event-Name: X\n\n' });
  const raws = actions.map(({ action }) => ('raw' in action ? action : null));
  assert.partialDeepStrictEqual(raws[0], {
    corrected: true,
    asked_switch_id: 'pbx2',
    bound_switch_id: '',
    raw: Buffer.from('{"type":"leg.ended"}'),
  });
  assert.deepEqual(raws[1]?.raw, Buffer.from('Event-Name: X\n\n'));
  assert.notEqual(actions[0]?.attempt_id, actions[1]?.attempt_id);
  const large = await post('bad_1/redrive', { record: 'x'.repeat(600_000) });
  assert.deepEqual([large.statusCode, large.json<{ error: { code: string } }>().error.code], [422, 'VALIDATION_ERROR']);
});

test('what would be in vain is refused with the reason', async (t) => {
  const { post, actions } = await start(t);
  for (const [path, payload, code] of [
    ['bad_cut/redrive', {}, 'NOT_REDRIVABLE'],
    ['bad_anchor/redrive', {}, 'NOT_REDRIVABLE'],
    ['bad_call/redrive', { record: {} }, 'NOT_REDRIVABLE'],
    ['bad_done/redrive', { record: {} }, 'ALREADY_REDRIVEN'],
    ['bad_done/dismiss', { reason: 'test data' }, 'ALREADY_REDRIVEN'],
  ] as const) {
    const answer = await post(path, payload);
    assert.deepEqual([answer.statusCode, answer.json<{ error: { code: string } }>().error.code], [409, code], path);
  }
  assert.deepEqual(actions, []);
});

test('a call that could not be assembled is by one of its events; an event of the log is corrected in the canonical form', async (t) => {
  const { post, actions } = await start(t);
  await post('bad_call/redrive');
  await post('bad_anchor/redrive', { record: { type: 'leg.ended' } });
  assert.partialDeepStrictEqual(actions[0]?.action, { way: 'event', raw: Buffer.from('an event') });
  assert.partialDeepStrictEqual(actions[1]?.action, { way: 'record', dialect: 'canonical' });
});

test('a dismissal is told with its reason', async (t) => {
  const { post, actions } = await start(t);
  const answer = await post('bad_1/dismiss', { reason: 'test data' });
  assert.equal(answer.statusCode, 202);
  assert.partialDeepStrictEqual(actions[0], { step: 'dismissed', action: { reason: 'test data' }, actor: 'acme' });
  assert.equal((await post('bad_1/dismiss', {})).statusCode, 422);
});

type Many = {
  data: { asked: number; skipped: { id: string; code: string }[]; kinds?: { redrivable: boolean }[] };
  meta: { next_cursor: string | null };
};

test('many are asked for at once, with those told that are skipped; a dry run only counts', async (t) => {
  const { post, actions } = await start(t);
  const { data, meta } = (await post('redrive', { ids: ['bad_1', 'bad_done', 'bad_anchor', 'bad_x'] })).json<Many>();
  assert.deepEqual(
    [data.asked, data.skipped.map(({ id, code }) => `${id} ${code}`), meta.next_cursor],
    [1, ['bad_done ALREADY_REDRIVEN', 'bad_anchor NOT_REDRIVABLE', 'bad_x RESOURCE_NOT_FOUND'], null],
  );
  assert.deepEqual(
    actions.map(({ quarantine_id }) => quarantine_id),
    ['bad_1'],
  );

  await post('redrive', { ids: ['bad_1'], switch: 'pbx9' });
  assert.partialDeepStrictEqual(actions.pop()?.action, { asked_switch_id: 'pbx9', bound_switch_id: '' });

  const dry = (await post('redrive', { code: 'MISSING_FIELD', dry_run: true })).json<Many>();
  assert.deepEqual([dry.data.asked, dry.data.kinds?.map(({ redrivable }) => redrivable)], [40, [true, false]]);
  assert.equal(actions.length, 1);

  const some = (await post('redrive', { code: 'MISSING_FIELD', limit: 1 })).json<Many>();
  const { next_cursor: cursor } = some.meta;
  assert.ok(cursor);
  assert.equal((await post('redrive', { code: 'MISSING_FIELD', limit: 1, cursor })).statusCode, 202);
  assert.equal((await post('redrive', { code: 'OTHER', limit: 1, cursor })).statusCode, 400, 'of another filter');
});

test('while Kafka is away nothing is promised', async (t) => {
  const { post } = await start(t, async () => {
    throw new KafkaUnavailable('away');
  });
  const answer = await post('bad_1/redrive');
  assert.deepEqual([answer.statusCode, answer.headers['retry-after']], [503, '1']);
});

test('the queries name the tenant first and take values as parameters only', () => {
  const filters = { ids: ["'"], from: 1, to: 2, code: "'", stage: "'", switchId: '\\', status: 'redriven' } as const;
  const { sql, params } = quarantineConditions('acme', filters);
  assert.deepEqual(sql.slice(0, 7), [
    'tenant_id = {tenant:String}',
    'quarantine_id IN {ids:Array(String)}',
    "received_at >= fromUnixTimestamp64Micro({from:Int64}, 'UTC')",
    "received_at < fromUnixTimestamp64Micro({to:Int64}, 'UTC')",
    'code = {code:String}',
    'stage = {stage:String}',
    'switch_id = {switch_id:String}',
  ]);
  assert.match(sql[7] ?? '', /FROM quarantine_steps FINAL\n {2}WHERE tenant_id = \{tenant:String\}/);
  assert.deepEqual(params, {
    tenant: 'acme',
    ids: ["'"],
    from: 1,
    to: 2,
    code: "'",
    stage: "'",
    switch_id: '\\',
    status: 'redriven',
  });
  assert.match(
    quarantinedQuery('acme', ["x'"]).sql,
    /WHERE tenant_id = \{tenant:String\}\n {2}AND quarantine_id IN \{ids:Array\(String\)\}$/,
  );
});
