import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { encodeEvent } from '../../schemas/event-codec.ts';
import type { Event } from '../../schemas/events.ts';
import { versionOf } from '../calls/assembler-epoch.ts';
import { eventTable } from './event-table.ts';
import { createRandom } from './random.ts';
import { disorderedLog, partitionOf, quietLog, someCalls } from './scenarios.ts';
import { type Faults, keepAll, type Log, noFaults, type Run, runTopology } from './topology.ts';

const runs = Number(process.env['TRUNKLINE_TEST_RUNS'] ?? 100);

const trouble: fc.Arbitrary<Faults> = fc.record({
  seed: fc.integer(),
  troubledSteps: fc.integer({ min: 20, max: 300 }),
  killPercent: fc.constantFrom(0, 2, 6),
  rebalancePercent: fc.constantFrom(0, 3, 10),
  failPercent: fc.constantFrom(0, 3, 10),
});

/** What must be the same whatever happened on the way. */
const told = ({ tables }: Run) => ({
  calls: tables.calls.final(),
  recordings: tables.recordings.final(),
  events: tables.events.final().map((row) => `${row.call_id} ${row.event_id} ${row.content_hash}`),
  signs: [...tables.signs.values()].map((row) => JSON.stringify(row)).sort(),
  deadLetters: tables.deadLetters.final().map(({ quarantine_id, code }) => `${quarantine_id} ${code}`),
});

suite('the final tables equal those of the quiet run', () => {
  test('for any order, copies, batches and partitions of keyed events, and any kills, rebalances and failures', async () => {
    await fc.assert(
      fc.asyncProperty(trouble, fc.integer({ min: 1, max: 4 }), async (faults, partitions) => {
        const random = createRandom(faults.seed);
        const scenario = someCalls(random, 1 + random.next(4), true);
        const log = disorderedLog(scenario, { partitions, keyed: true, copies: random.next(4) }, random);
        assert.deepEqual(told(await runTopology(log, faults)), told(await runTopology(quietLog(scenario), noFaults)));
      }),
      { numRuns: runs },
    );
  });

  test('where the first event in the log decides the anchor, and where records are refused', async () => {
    await fc.assert(
      fc.asyncProperty(trouble, fc.integer({ min: 1, max: 3 }), async (faults, partitions) => {
        const random = createRandom(faults.seed);
        const scenario = someCalls(random, 1 + random.next(4), false);
        const log = disorderedLog(scenario, { partitions, keyed: true, copies: 2 }, random);
        const spoiled = spoil(log);
        assert.deepEqual(told(await runTopology(spoiled, faults)), told(await runTopology(spoiled, noFaults)));
      }),
      { numRuns: runs },
    );
  });

  test('when the events of one call are in several partitions of several members that keep no memory', async () => {
    await fc.assert(
      fc.asyncProperty(trouble, fc.integer({ min: 2, max: 4 }), async (faults, partitions) => {
        const random = createRandom(faults.seed);
        const scenario = someCalls(random, 1 + random.next(3), true);
        const log = disorderedLog(scenario, { partitions, keyed: false, copies: 2 }, random);
        const run = await runTopology(log, faults, { ...keepAll, maxEvents: 0 });
        assert.deepEqual(told(run), told(await runTopology(quietLog(scenario), noFaults)));
      }),
      { numRuns: runs },
    );
  });

  test('when the only member is killed at any one step', async () => {
    const random = createRandom(7);
    const scenario = someCalls(random, 4, true);
    const log = disorderedLog(scenario, { partitions: 2, keyed: true, copies: 1 }, random);
    const quiet = await runTopology(log, noFaults);
    for (let killAtStep = 0; killAtStep <= quiet.steps; killAtStep += 1) {
      const faults = { ...noFaults, seed: killAtStep, troubledSteps: killAtStep + 1, killAtStep };
      assert.deepEqual(told(await runTopology(log, faults)), told(quiet), `killed at step ${killAtStep}`);
    }
  });
});

test('a call whose anchor nobody told has no row, and its events are kept until somebody does', async () => {
  const before = eventTable('1.0 leg.created b dir=out to=1002', { call: 'a' });
  const after = eventTable('0.0 leg.created a anchor=0 dir=in to=1002', { call: 'a' });
  const first = await runTopology([before.map(encodeEvent)], noFaults);
  assert.equal(first.tables.calls.final().length, 0);
  assert.equal(first.tables.waiting.final().length, 1);
  const both = await runTopology([[...before, ...after].map(encodeEvent)], noFaults);
  assert.deepEqual(
    both.tables.calls.final().map((row) => row.legs.map((leg) => leg.leg_id)),
    [['a', 'b']],
  );
});

test('the version counts the distinct events, so that no older row can hold against a newer', async () => {
  const scenario = someCalls(createRandom(3), 1, true);
  const { tables } = await runTopology(
    disorderedLog(scenario, { partitions: 1, keyed: true, copies: 5 }, createRandom(1)),
    noFaults,
  );
  assert.equal(tables.calls.final()[0]?.version, versionOf(scenario.calls[0]?.length ?? 0));
});

/** Adds records that must be refused or ignored: no event, another anchor for a known call, an event of no call. */
const spoil = (log: Log): Log => {
  const table = `
    0.5 leg.created     a0 anchor=0.5 dir=in
    0.6 leg.created     a0 anchor=0.7 dir=in
    0.7 agent.logged_in -  call= agent=ann`;
  const odd = eventTable(table, { kind: 'other', call: 'a0' });
  const home = partitionOf(odd[0] as Event, log.length);
  const bytes = odd.map(encodeEvent);
  return log.map((values, at) => {
    if (at !== home) return values;
    return [...bytes.slice(0, 1), Buffer.from('no event'), ...values, ...bytes.slice(1), Buffer.from([0xc3])];
  });
};
