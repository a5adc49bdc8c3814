import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { RecordBatch } from '../../runtime/kafka.ts';
import { encodeEvent } from '../../schemas/event-codec.ts';
import type { Event } from '../../schemas/events.ts';
import { at, eventTable } from '../testing/event-table.ts';
import { type Access, createTables, type Tables, tableStores } from '../testing/in-memory-tables.ts';
import { keepAll } from '../testing/topology.ts';
import { assembleTouched } from './assemble-touched.ts';
import { identityOf } from './assembly/identity.ts';
import { type CallsLoop, createCallsLoop } from './calls-loop.ts';
import { addEvent, newOpenCall, type OpenCallsLimits } from './open-calls.ts';
import type { CycleStores } from './ports.ts';

const atOnce: Access = async (effect) => effect();

const batchOf = (values: readonly Buffer[], partition = 0): RecordBatch => ({
  topic: 'call-events',
  partition,
  highWatermark: '1000',
  messages: values.map((value, offset) => ({ offset: `${offset}`, key: null, value, timestampMs: 1, headers: {} })),
});

const batch = (events: readonly Event[]): RecordBatch => batchOf(events.map(encodeEvent));

type Member = { readonly loop: CallsLoop; readonly tables: Tables; readonly rowsWritten: () => number };

const member = ({
  tables = createTables(),
  limits = keepAll,
  nowMs = () => 0,
}: {
  tables?: Tables;
  limits?: OpenCallsLimits;
  nowMs?: () => number;
} = {}): Member => {
  let rows = 0;
  const onCycle = (report: { readonly calls: number }): void => {
    rows += report.calls;
  };
  return {
    loop: createCallsLoop({ stores: tableStores(tables, atOnce), limits, nowMs, onCycle }),
    tables,
    rowsWritten: () => rows,
  };
};

const call = (key: string): Event[] =>
  eventTable(
    `0 leg.created ${key} anchor=0 dir=in kind=user from=1001 to=1002
     5 leg.ended   ${key} anchor=0 q850=16`,
    { call: key },
  );

suite('a batch is done only when all of it is safe', () => {
  const events = [
    ...call('a'),
    ...eventTable('1 recording.stored a recording=r anchor=0'),
    ...eventTable('1 leg.created y dir=out', { call: 'x' }),
    ...eventTable('2 leg.created a anchor=7 dir=in'),
  ];
  const writes: readonly (readonly [keyof CycleStores, string])[] = [
    ['calls', 'insertEvents'],
    ['calls', 'insertCalls'],
    ['calls', 'insertRecordings'],
    ['anchors', 'insert'],
    ['waiting', 'insert'],
    ['deadLetters', 'publish'],
  ];
  for (const [store, write] of writes) {
    test(`${store}.${write}`, async () => {
      const held = Promise.withResolvers<void>();
      const stores = tableStores(createTables(), atOnce);
      const slow = { ...stores, [store]: { ...stores[store], [write]: async () => held.promise } };
      const loop = createCallsLoop({ stores: slow, limits: keepAll, nowMs: () => 0 });
      let done = false;
      const handle = async (): Promise<void> => {
        await loop.handle(batch(events));
        done = true;
      };
      const handled = handle();
      for (let turns = 0; turns < 20; turns += 1) await turn();
      assert.equal(done, false);
      held.resolve();
      await handled;
    });
  }
});

test('what failed is forgotten and done again from the tables', async () => {
  const tables = createTables();
  let isDown = true;
  const stores = tableStores(tables, atOnce);
  const failing: CycleStores = {
    ...stores,
    calls: {
      ...stores.calls,
      insertCalls: async (rows) => {
        if (isDown) throw new Error('down');
        await stores.calls.insertCalls(rows);
      },
    },
  };
  const loop = createCallsLoop({ stores: failing, limits: keepAll, nowMs: () => 0 });
  await assert.rejects(loop.handle(batch(call('a'))), /down/);
  isDown = false;
  await loop.handle(batch(call('a')));
  assert.deepEqual(
    tables.calls.final().map(({ events }) => events),
    [2],
  );
});

test('copies of what is known write no row again', async () => {
  const { loop, rowsWritten } = member();
  await loop.handle(batch(call('a')));
  await loop.handle(batch(call('a')));
  assert.equal(rowsWritten(), 1);
});

test('of copies the one received first counts', async () => {
  const { loop, tables } = member();
  const [first] = call('a') as [Event];
  for (const later of [9, 3, 5]) await loop.handle(batch([{ ...first, observed_at: at(later) }]));
  assert.deepEqual(
    tables.calls.final().map(({ updated_at, events }) => [updated_at, events]),
    [[at(3), 1]],
  );
});

test('an event that waits finds its anchor though another member decides it meanwhile', async () => {
  const tables = createTables();
  const [waits, tells] = [
    eventTable('1 leg.created b dir=out to=1002', { call: 'a' }),
    eventTable('0 leg.created a anchor=0 dir=in to=1002', { call: 'a' }),
  ];
  const other = member({ tables });
  const stores = tableStores(tables, atOnce);
  const insert: CycleStores['waiting']['insert'] = async (rows) => {
    // The anchor was unknown when this member looked; it is known before the event is put down to wait.
    await other.loop.handle(batch(tells));
    await stores.waiting.insert(rows);
  };
  const loop = createCallsLoop({
    stores: { ...stores, waiting: { ...stores.waiting, insert } },
    limits: keepAll,
    nowMs: () => 0,
  });
  await loop.handle(batch(waits));
  assert.deepEqual(
    tables.calls.final().map(({ legs }) => legs.map(({ leg_id }) => leg_id)),
    [['a', 'b']],
  );
});

test('a recording that is told before its call cannot decide the call’s anchor', async () => {
  const { loop, tables } = member();
  await loop.handle(batch(eventTable('30 recording.stored a', { kind: 'other' })));
  assert.equal(tables.calls.final().length, 0);
  await loop.handle(batch(call('a')));
  const [row] = tables.calls.final();
  assert.equal(row?.call_started_at, at(0));
  assert.equal(row.has_recording, true);
  assert.deepEqual(
    tables.recordings.final().map(({ call_id, version }) => [call_id, version]),
    [[row.call_id, row.version]],
  );
});

test('linked calls are one, whatever half of them comes last; the other points to it', async () => {
  const [one, other] = [
    eventTable(
      `
      0.0 leg.created a anchor=0 dir=in kind=trunk from=+15550001 to=800
      3.0 call.linked - anchor=0 from=d into=a
      3.0 leg.bridged a anchor=0 with=d
      9.0 leg.ended   a anchor=0 q850=16`,
      { call: 'a' },
    ),
    eventTable(
      `
      1.0 leg.created  d anchor=1 dir=out kind=user to=2001
      3.0 leg.answered d anchor=1
      3.0 call.linked  - anchor=1 from=d into=a
      9.1 leg.ended    d anchor=1 q850=16`,
      { call: 'd' },
    ),
  ];
  for (const parts of [
    [one, other],
    [other, one],
  ]) {
    const { loop, tables } = member();
    for (const part of parts) await loop.handle(batch(part));
    const rows = tables.calls.final();
    const [whole, part] = [
      rows.find(({ call_key }) => call_key === 'a'),
      rows.find(({ call_key }) => call_key === 'd'),
    ];
    assert.equal(rows.length, 2);
    assert.deepEqual(
      [whole?.state, whole?.disposition, whole?.callee_number, whole?.connect_ms, whole?.quality],
      ['ended', 'answered', '2001', 6000, ['merged']],
    );
    assert.deepEqual([part?.state, part?.merged_into, part?.version], ['merged', whole?.call_id, whole?.version]);
    assert.equal(whole?.events, 8);
  }
});

test('a link that only one call knows joins nothing', async () => {
  const { loop, tables } = member();
  await loop.handle(
    batch([...call('a'), ...call('d'), ...eventTable('3 call.linked - anchor=0 from=d into=a', { call: 'd' })]),
  );
  assert.deepEqual(
    tables.calls.final().map(({ state }) => state),
    ['ended', 'ended'],
  );
});

suite('memory', () => {
  test('keeps calls in progress, lets ended ones go after a while', async () => {
    let now = 0;
    const { loop } = member({ nowMs: () => now });
    await loop.handle(batch([...call('a'), ...call('b').slice(0, 1)]));
    assert.deepEqual(loop.size(), { calls: 2, events: 3 });
    now = keepAll.endedForMs;
    await loop.handle(batch(call('c').slice(0, 1)));
    assert.deepEqual(loop.size(), { calls: 2, events: 2 });
  });

  test('is bounded, and what it let go is read again', async () => {
    const { loop, tables } = member({ limits: { ...keepAll, maxCalls: 2, maxEvents: 3 } });
    for (const key of ['a', 'b', 'c', 'd']) await loop.handle(batch(call(key).slice(0, 1)));
    assert.deepEqual(loop.size(), { calls: 2, events: 2 });
    for (const key of ['a', 'b', 'c', 'd']) await loop.handle(batch(call(key).slice(1)));
    assert.ok(loop.size().events <= 3);
    assert.deepEqual(
      tables.calls.final().map(({ events }) => events),
      [2, 2, 2, 2],
    );
  });
});

test('records that cannot be kept are dead letters with their bytes, and the same each time', async () => {
  const { loop, tables } = member();
  const [first] = call('a') as [Event];
  const odd = [
    Buffer.from('no event'),
    encodeEvent({ ...first, occurred_at: 0 }),
    encodeEvent({ ...first, tenant_id: '' }),
    encodeEvent({ ...first, call_key: '' }),
    encodeEvent(first),
    encodeEvent({ ...first, call_started_at: at(3) }),
  ];
  await loop.handle(batchOf(odd));
  await loop.handle(batchOf(odd));
  const letters = tables.deadLetters.final();
  assert.deepEqual(letters.map(({ code }) => code).sort(), [
    'ANCHOR_CONFLICT',
    'CALL_KEY_MISSING',
    'NOT_AN_EVENT',
    'TENANT_MISSING',
    'TIME_OUT_OF_RANGE',
  ]);
  const conflict = letters.find(({ code }) => code === 'ANCHOR_CONFLICT');
  assert.match(
    conflict?.message ?? '',
    /^call_started_at is 20[\dT:.-]+Z, but the call is known to begin at 20[\dT:.-]+Z$/,
  );
  for (const { raw, stage, source } of letters) {
    assert.ok(odd.some((bytes) => bytes.equals(raw)));
    assert.equal(stage, 'calls');
    assert.match(source, /^call-events\/0\/\d$/);
  }
});

test('a call that cannot be assembled does not stop the others', () => {
  const broken = newOpenCall(identityOf({ tenant_id: 'acme', call_key: 'x' }, at(0)));
  addEvent(broken, { ...(call('x')[0] as Event), payload: null } as unknown as Event, 'h');
  const sound = newOpenCall(identityOf({ tenant_id: 'acme', call_key: 'a' }, at(0)));
  for (const event of call('a')) addEvent(sound, event, 'h');
  const { calls, failures } = assembleTouched(
    new Map([
      ['x', broken],
      ['a', sound],
    ]),
    [],
  );
  assert.deepEqual(
    calls.map(({ call_key }) => call_key),
    ['a'],
  );
  assert.deepEqual(
    failures.map(({ code }) => code),
    ['ASSEMBLY_FAILED'],
  );
});
