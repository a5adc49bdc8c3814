import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { rowBinaryEncoder } from '../../runtime/row-binary.ts';
import type { AgentDayRow } from '../../schemas/agent-rows.ts';
import { agentDayColumns } from '../../schemas/clickhouse-columns.ts';
import { encodeEvent } from '../../schemas/event-codec.ts';
import type { Event } from '../../schemas/events.ts';
import { agentTablesOf, agentTableStores, createAgentTables } from '../testing/agent-tables.ts';
import { at, eventTable } from '../testing/event-table.ts';
import { createRandom, type Random } from '../testing/random.ts';
import { createScheduler } from '../testing/scheduler.ts';
import { type AgentEvent, isAgentEvent } from './agent-event.ts';
import { agentDay, dayOf, dayUs } from './assembly/agent-days.ts';
import { runCycle } from './cycle.ts';

const cell = (key: string, values: readonly string[]) =>
  fc.constantFrom(...values.map((value) => `${key}=${value}`), '');

/** Lines that make no sense together, over some days. */
const anyLine = fc
  .record({
    seconds: fc.integer({ min: 0, max: 4 * 86_400 }),
    type: fc.constantFrom(
      'agent.logged_in',
      'agent.logged_out',
      'agent.queue_joined',
      'agent.queue_left',
      'agent.paused',
      'agent.unpaused',
      'agent.wrap_started',
      'agent.wrap_ended',
      'agent.snapshot',
      'queue.offer_ended',
      'queue.connected',
      'queue.completed',
      'switch.started',
    ),
    cells: fc.tuple(
      cell('session', ['s1', 's2']),
      cell('device', ['d1']),
      cell('queue', ['q1', 'q2']),
      cell('visit', ['v1', 'v2']),
      cell('status', ['logged_out', 'paused', 'wrap', 'in_call']),
      cell('queues', ['q1', 'q1,q2']),
      cell('limit_ms', ['0', '5000', '-1']),
      cell('connect_ms', ['0', '7000', '-1']),
      cell('outcome', ['answered', 'no_answer']),
      cell('switch', ['pbx2']),
      cell('reason', ['lunch', 'tea']),
      cell('id', ['same']),
    ),
  })
  .map(({ seconds, type, cells }) => `${seconds} ${type} - agent=ann ${cells.filter((one) => one !== '').join(' ')}`);

const anyEvents = fc
  .array(anyLine, { minLength: 1, maxLength: 40 })
  .map((lines) => eventTable(lines.join('\n')) as AgentEvent[]);

const rows = rowBinaryEncoder<AgentDayRow>(agentDayColumns);
const isStart = ({ type }: AgentEvent): boolean => type === 'switch.started';
const rowsOf = (events: readonly AgentEvent[]): AgentDayRow[] => {
  const log = { own: events.filter((event) => !isStart(event)), starts: events.filter(isStart) };
  return [0, 1, 2, 3, 4].flatMap(
    (day) => agentDay({ tenant_id: 'acme', agent_id: 'ann' }, dayOf(at(0)) + day * dayUs, log) ?? [],
  );
};

suite('the days of any set of events about an agent', () => {
  test('can be written, and every span lies within its day', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        for (const row of rowsOf(events)) {
          rows.encode([row]);
          for (const { from, to } of row.spans) {
            assert.ok(from >= row.day_at && from < row.day_at + dayUs);
            assert.ok(to === null || (to >= from && to <= row.day_at + dayUs));
          }
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('do not depend on their order nor on copies', () => {
    fc.assert(
      fc.property(anyEvents, fc.integer(), (events, seed) => {
        const random = createRandom(seed);
        const copies = Array.from({ length: random.next(10) }, () => ({ ...random.pick(events) }));
        assert.deepEqual(rowsOf(random.shuffle([...events, ...copies])), rowsOf(events));
      }),
      { numRuns: 500 },
    );
  });
});

const story = (random: Random): Event[] =>
  Array.from({ length: 3 }, (_, agent) => {
    const name = `agent=a${agent} switch=pbx${random.next(2)}`;
    return eventTable(`
      ${random.next(100)}            agent.logged_in  - ${name} session=s${agent}
      ${100 + random.next(100)}      agent.paused     - ${name}
      ${200 + random.next(90_000)}   agent.unpaused   - ${name}
      ${300 + random.next(90_000)}   queue.connected  - ${name} visit=v${agent}
      ${400 + random.next(180_000)}  queue.completed  - ${name} visit=v${agent}
      ${500 + random.next(180_000)}  agent.logged_out - ${name} session=s${agent}
      ${random.next(180_000)}        switch.started   - switch=pbx0`);
  })
    .flat()
    .filter(isAgentEvent);

const byKey = ({ days }: ReturnType<typeof createAgentTables>): string => JSON.stringify(days.final());

test('the days equal those of the quiet run, whoever works at once on them and dies', async () => {
  for (let seed = 1; seed <= 150; seed += 1) {
    const random = createRandom(seed);
    const events = story(random);
    const quiet = await agentTablesOf([events.map(encodeEvent)]);
    const tables = createAgentTables();
    const scheduler = createScheduler(random);
    const deaths = new Set<{ readonly at: number; readonly happen: () => void }>();
    const shuffled = random.shuffle([...events, ...events.filter(() => random.chance(20))]);
    // Several processes at once, each with batches of its own; some die and somebody else does it again.
    const work = (values: readonly Event[], mayDie: boolean): void => {
      const id = {};
      const messages = values.map((event, offset) => ({
        offset: `${offset}`,
        key: null,
        value: encodeEvent(event),
        timestampMs: 0,
        headers: {},
      }));
      const stores = agentTableStores(tables, async (effect) => {
        await scheduler.step(id);
        const result = effect();
        await scheduler.step(id);
        return result;
      });
      void runCycle([{ topic: 'agent-events', partition: 0, messages, highWatermark: '0' }], stores);
      if (!mayDie || !random.chance(40)) return;
      deaths.add({
        at: scheduler.steps() + random.next(6),
        happen: () => {
          scheduler.kill(id);
          work(values, false);
        },
      });
    };
    for (let from = 0; from < shuffled.length; ) {
      const size = 1 + random.next(6);
      work(shuffled.slice(from, from + size), true);
      from += size;
    }
    do {
      for (const death of deaths) {
        if (death.at > scheduler.steps()) continue;
        deaths.delete(death);
        death.happen();
      }
    } while (await scheduler.advance(0));
    assert.equal(byKey(tables), byKey(quiet), `with seed ${seed}`);
  }
});

test('what is no event of an agent is refused, kept or left to others', async () => {
  const good = eventTable('0 agent.logged_in - agent=ann').map(encodeEvent);
  const nobody = eventTable(`
    1 agent.paused    - agent=
    2 queue.connected - agent=
    3 leg.created     a`).map(encodeEvent);
  const tables = await agentTablesOf([[Buffer.from('no event'), ...good, ...nobody]]);
  assert.deepEqual(
    tables.deadLetters.final().map(({ code, stage }) => [code, stage]),
    [['NOT_AN_EVENT', 'agents']],
  );
  assert.equal(tables.days.final().length, 1);
  // The log of calls is the calls processor's to judge.
  assert.equal((await agentTablesOf([[Buffer.from('no event')]], 'call-events')).deadLetters.final().length, 0);
});

test('off and on again at one instant leaves it on, whichever of the two the source told first', () => {
  const events = eventTable(`
    0 agent.logged_in - agent=ann
    5 agent.paused    - agent=ann
    9 agent.unpaused  - agent=ann
    9 agent.paused    - agent=ann
    12 agent.unpaused - agent=ann`) as AgentEvent[];
  assert.deepEqual(
    rowsOf(events).flatMap(({ spans }) =>
      spans.filter(({ kind }) => kind === 'pause').map(({ from, to }) => [from, to]),
    ),
    [[at(5), at(12)]],
  );
});

test('the start of a switch that tells nothing of the agent has no part in its days', () => {
  const events = eventTable('0 agent.logged_in - agent=ann\n5 agent.paused - agent=ann') as AgentEvent[];
  const other = eventTable('7 switch.started - switch=pbx2') as AgentEvent[];
  assert.deepEqual(rowsOf([...events, ...other]), rowsOf(events));
});
