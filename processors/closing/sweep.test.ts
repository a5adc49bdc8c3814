import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { encodeEvent } from '../../schemas/event-codec.ts';
import { callId } from '../../schemas/ids.ts';
import { at, eventTable } from '../testing/event-table.ts';
import type { ClosingReader } from './ports.ts';
import { type Conclusion, Sweeper, type SweepReport } from './sweep.ts';
import { type ClosingWorld, createWorld } from './testing/closing-world.ts';

const minutes = 60_000_000;
const settings = { patienceUs: { withHeartbeats: 15 * minutes, without: 240 * minutes }, anchorGraceUs: 10 * minutes };
const never = new AbortController().signal;

/** A processor that publishes what it concludes into the world. */
const sweeperOn = (world: ClosingWorld, reader: ClosingReader = world.reader): Sweeper =>
  new Sweeper({ reader, publish: async (events) => world.tell(events) }, settings);

const sweepAt = async (sweeper: Sweeper, second: number): Promise<SweepReport> => sweeper.sweep(at(second), never);

const told = ({ conclusions }: SweepReport): string[] =>
  conclusions.map(({ type, call_key, leg_id, payload }) =>
    type === 'call.anchored' ? `${call_key} anchored` : `${call_key} ${leg_id ?? '-'} ${payload.rule}`,
  );

const talking = `
  0    leg.created  a boot=b1 anchor=0 dir=in kind=user from=1001 to=1002
  1    leg.created  b boot=b1 anchor=0 dir=out kind=user to=1002
  5    leg.answered b boot=b1 anchor=0
  5    leg.bridged  a boot=b1 anchor=0 with=b`;
const restart = `
  80  switch.heartbeat - call= boot=b1
  120 switch.started   - call= boot=b2
  140 switch.heartbeat - call= boot=b2`;

const stateOf = (world: ClosingWorld, key: string) => {
  const row = world.rows().find(({ call_key }) => call_key === key);
  return row && { state: row.state, ended_at: row.ended_at, quality: row.quality };
};

suite('a sweep', () => {
  test('ends the calls of a switch that was started again, once, and leaves the others', async () => {
    const world = await createWorld();
    await world.tell(eventTable(`${talking}\n${restart}`));
    await world.tell(eventTable('100 leg.created x boot=p1 switch=pbx2 anchor=100 dir=in', { call: 'x' }));
    const sweeper = sweeperOn(world);
    assert.deepEqual(told(await sweepAt(sweeper, 200)), ['a a new_boot', 'a b new_boot']);
    assert.deepEqual(stateOf(world, 'a'), { state: 'ended', ended_at: at(80), quality: ['end_inferred'] });
    assert.deepEqual(stateOf(world, 'x'), { state: 'active', ended_at: null, quality: [] });
    const length = world.logLength();
    for (const again of [sweeper, sweeperOn(world)]) assert.deepEqual(told(await sweepAt(again, 300)), []);
    assert.equal(world.logLength(), length);
  });

  test('of another instance at the same time concludes the very same, which changes nothing', async () => {
    const world = await createWorld();
    await world.tell(eventTable(`${talking}\n${restart}`));
    const sent: Conclusion[][] = [];
    const publish = async (events: readonly Conclusion[]): Promise<void> => void sent.push([...events]);
    for (const second of [200, 207]) {
      const { reader } = world;
      await new Sweeper({ reader, publish }, settings).sweep(at(second), never);
    }
    const [one, other] = sent.filter((events) => events.length > 0);
    const content = (events: readonly Conclusion[] = []) =>
      events.map((event) => encodeEvent({ ...event, observed_at: 0 }).toString('hex'));
    assert.deepEqual(content(other), content(one));
    await world.tell(one ?? []);
    const rows = world.rows();
    await world.tell(other ?? []);
    assert.deepEqual(world.rows(), rows);
  });

  test('does not stand against the hang-up that comes late', async () => {
    const world = await createWorld();
    await world.tell(eventTable(`${talking}\n${restart}`));
    const sweeper = sweeperOn(world);
    await sweepAt(sweeper, 200);
    await world.tell(eventTable('70 leg.ended b boot=b1 anchor=0 q850=16\n70 leg.ended a boot=b1 anchor=0 q850=16'));
    assert.deepEqual(stateOf(world, 'a'), { state: 'ended', ended_at: at(70), quality: [] });
    assert.deepEqual(told(await sweepAt(sweeper, 400)), []);
  });

  test('takes a call that was alive after all for one in progress, and ends it again by what is known then', async () => {
    const world = await createWorld();
    await world.tell(eventTable(`${talking}\n${restart}`));
    const sweeper = sweeperOn(world);
    await sweepAt(sweeper, 200);
    await world.tell(eventTable('95 leg.held a boot=b1 anchor=0'));
    assert.deepEqual(stateOf(world, 'a')?.state, 'active');
    assert.deepEqual(told(await sweepAt(sweeper, 400)), ['a a new_boot']);
    assert.deepEqual(stateOf(world, 'a'), { state: 'ended', ended_at: at(95), quality: ['end_inferred'] });
  });

  test('ends calls that were joined by all their legs, whichever call told them', async () => {
    const world = await createWorld();
    await world.tell(
      eventTable(`
        0   leg.created  a boot=b1 anchor=0 dir=in kind=trunk from=+15550001 to=800
        1   leg.created  d boot=b1 anchor=1 call=d dir=out kind=user to=2001
        3   leg.answered d boot=b1 anchor=1 call=d
        3   call.linked  - boot=b1 anchor=0 from=d into=a
        3   call.linked  - boot=b1 anchor=1 call=d from=d into=a
        ${restart}`),
    );
    const sweeper = sweeperOn(world);
    assert.deepEqual(told(await sweepAt(sweeper, 200)).sort(), ['a a new_boot', 'd d new_boot']);
    assert.deepEqual(
      world.rows().map(({ call_key, state }) => [call_key, state]),
      [
        ['a', 'ended'],
        ['d', 'merged'],
      ],
    );
    assert.deepEqual(told(await sweepAt(sweeper, 300)), []);
  });

  test('reads the events of suspects only, and again only when they changed', async () => {
    const world = await createWorld();
    await world.tell(eventTable(`${talking}\n${restart}`));
    await world.tell(eventTable('130 leg.created x boot=b2 anchor=130 dir=in', { call: 'x' }));
    const asked: string[][] = [];
    const reader: ClosingReader = {
      ...world.reader,
      events: async (calls) => {
        if (calls.length > 0) asked.push(calls.map(({ call_key }) => call_key));
        return world.reader.events(calls);
      },
    };
    // It tells nobody, so the call stays in progress.
    const sweeper = new Sweeper({ reader, publish: async () => undefined }, settings);
    await sweepAt(sweeper, 200);
    await sweepAt(sweeper, 210);
    assert.deepEqual(asked, [['a']]);
    await world.tell(eventTable('20 leg.held a boot=b1 anchor=0'));
    await sweepAt(sweeper, 220);
    assert.deepEqual(asked, [['a'], ['a']]);
  });

  test('tells of calls that go on for more than a day, and ends none of them for that', async () => {
    const world = await createWorld();
    const day = 24 * 3600;
    await world.tell(eventTable(`${talking}\n${day} switch.heartbeat - call= boot=b1`));
    const sweeper = sweeperOn(world);
    assert.deepEqual(await sweepAt(sweeper, day), { conclusions: [], overlong: [] });
    assert.deepEqual(await sweepAt(sweeper, day + 1), { conclusions: [], overlong: [callId('acme', 'a', at(0))] });
  });
});

suite('calls whose root was never told', () => {
  const orphans = `
    1.0 leg.created  b dir=out kind=user to=1002
    9.0 leg.ended    b q850=16`;

  test('begin at the earliest time known', async () => {
    const world = await createWorld();
    await world.tell(eventTable(`${orphans}\n0.5 recording.stored a recording=r`, { call: 'a' }));
    assert.deepEqual(world.rows(), []);
    const sweeper = sweeperOn(world);
    assert.deepEqual(told(await sweepAt(sweeper, 700)), ['a anchored']);
    const [row] = world.rows();
    assert.deepEqual([row?.call_id, row?.state, row?.events], [callId('acme', 'a', at(1)), 'ended', 4]);
    assert.deepEqual(told(await sweepAt(sweeper, 800)), []);
  });

  test('are none where only a recording or a cost tells of them, until a switch does', async () => {
    const world = await createWorld();
    await world.tell(eventTable('1 recording.stored a\n2 cost.added a', { call: 'a' }));
    const sweeper = sweeperOn(world);
    assert.deepEqual(told(await sweepAt(sweeper, 700)), []);
    await world.tell(eventTable(orphans, { call: 'a' }));
    assert.deepEqual(told(await sweepAt(sweeper, 900)), ['a anchored']);
  });
});
