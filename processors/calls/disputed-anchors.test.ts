import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { encodeEvent } from '../../schemas/event-codec.ts';
import type { Event } from '../../schemas/events.ts';
import { callId } from '../../schemas/ids.ts';
import { at, eventTable, type TableOptions } from '../testing/event-table.ts';
import { noFaults, runTopology } from '../testing/topology.ts';

/** B's events come without their root; after a while Trunkline gives the call the earliest time it knows. */
const orphans = `
  1.0 leg.created  b dir=out kind=user to=1002
  4.0 leg.answered b
  9.0 leg.ended    b q850=16`;
const anchored = '1.0 call.anchored - anchor=1.0';
const root = `
  0.0 leg.created a anchor=0 dir=in kind=user from=1001 to=1002
  9.1 leg.ended   a anchor=0 q850=16`;

const tablesOf = async (table: string, options: TableOptions = {}) => {
  const events = eventTable(table, { call: 'a', ...options });
  const { tables } = await runTopology([events.map(encodeEvent)], noFaults);
  return {
    rows: tables.calls.final().map(({ call_id, legs, started_at, state, quality, events: count }) => ({
      call_id,
      legs: legs.map(({ leg_id }) => leg_id),
      started_at,
      state,
      quality,
      count,
    })),
    letters: tables.deadLetters.final().map(({ code }) => code),
  };
};

const idAt = (seconds: number): string => callId('acme', 'a', at(seconds));

suite('events that tell another anchor than the one that holds', () => {
  test('a call whose root is never told begins with the earliest of its events, all of them in it', async () => {
    const { rows, letters } = await tablesOf(`${orphans}\n${anchored}`);
    assert.deepEqual(rows, [
      { call_id: idAt(1), legs: ['b'], started_at: at(1), state: 'ended', quality: [], count: 4 },
    ]);
    assert.deepEqual(letters, []);
  });

  test('the root comes after all: it joins the call that has begun, which keeps its id', async () => {
    const { rows, letters } = await tablesOf(`${orphans}\n${anchored}\n${root}`);
    assert.deepEqual(rows, [
      { call_id: idAt(1), legs: ['a', 'b'], started_at: at(0), state: 'ended', quality: [], count: 6 },
    ]);
    assert.deepEqual(letters, []);
  });

  test('the root came first: the conclusion was too late and changes nothing but the count', async () => {
    const { rows, letters } = await tablesOf(`${orphans}\n${root}\n${anchored}`);
    assert.deepEqual(rows, [
      { call_id: idAt(0), legs: ['a', 'b'], started_at: at(0), state: 'ended', quality: [], count: 6 },
    ]);
    assert.deepEqual(letters, []);
  });

  test('of two conclusions the first in the log holds', async () => {
    const { rows, letters } = await tablesOf(`${orphans}\n4.0 call.anchored - anchor=4.0\n${anchored}`);
    assert.deepEqual(
      rows.map(({ call_id }) => call_id),
      [idAt(4)],
    );
    assert.deepEqual(letters, []);
  });

  test('the first event in the log had to decide, and a later one knows better: it joins', async () => {
    const { rows, letters } = await tablesOf(
      `
      2.0 leg.created a dir=in kind=user from=1001 to=1002
      9.0 leg.ended   a anchor=0 q850=16`,
      { kind: 'asterisk' },
    );
    assert.deepEqual(
      rows.map(({ call_id, count }) => [call_id, count]),
      [[idAt(2), 2]],
    );
    assert.deepEqual(letters, []);
  });

  test('the source itself told the anchor: another one is a conflict, after a conclusion too', async () => {
    const other = '20.0 leg.created a anchor=20 dir=in';
    for (const table of [`${root}\n${other}`, `${root}\n${anchored}\n${other}`]) {
      const { rows, letters } = await tablesOf(table);
      assert.deepEqual(
        rows.map(({ call_id, legs }) => [call_id, legs]),
        [[idAt(0), ['a']]],
      );
      assert.deepEqual(letters, ['ANCHOR_CONFLICT']);
    }
  });

  test('read again, in other pieces and by a process that remembers nothing, it is settled alike', async () => {
    const events = eventTable(`${orphans}\n${anchored}\n${root}\n20.0 leg.held a anchor=20`, { call: 'a' });
    const log = [events.map(encodeEvent)];
    const told = (run: Awaited<ReturnType<typeof runTopology>>) => ({
      calls: run.tables.calls.final(),
      letters: run.tables.deadLetters.final(),
    });
    const quiet = told(await runTopology(log, noFaults));
    assert.equal(quiet.calls.length, 1);
    for (let seed = 1; seed <= 40; seed += 1) {
      const faults = { seed, troubledSteps: 80, killPercent: 5, rebalancePercent: 5, failPercent: 5 };
      assert.deepEqual(told(await runTopology(log, faults)), quiet, `seed ${seed}`);
      const noMemory = { maxEvents: 0, maxCalls: 1, endedForMs: 0 };
      assert.deepEqual(told(await runTopology(log, faults, noMemory)), quiet, `seed ${seed}, no memory`);
    }
  });
});

test('what waits joins whatever the order in which events and conclusion come', async () => {
  const events = eventTable(`${orphans}\n${anchored}`, { call: 'a' });
  const run = async (order: readonly Event[]) =>
    (await runTopology([order.map(encodeEvent)], noFaults)).tables.calls.final();
  assert.deepEqual(await run(events.toReversed()), await run(events));
});
