import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';
import { startEngines } from '../../deploy/testing/engines.ts';
import { rowBinaryEncoder } from '../../runtime/row-binary.ts';
import type { AgentDayRow } from '../../schemas/agent-rows.ts';
import type { CallRow, QueueVisitRow, VisitOutcome } from '../../schemas/call-row.ts';
import { agentDayColumns } from '../../schemas/clickhouse-columns.ts';
import { callId } from '../../schemas/ids.ts';
import { createTables } from '../listing/tables.ts';
import { createDatabase } from '../testing/database.ts';
import { callRow, second, tenOClock } from '../testing/rows.ts';
import { createAgentDays } from './agent-stats-routes.ts';
import { intervalsOf } from './intervals.ts';
import type { QueueStatsAsked } from './queue-stats-query.ts';
import { createQueueStatsReader } from './queue-stats-reader.ts';
import { timeZone } from './time-zone.ts';
import { noVisits, type VisitCounts } from './visit-counts.ts';

const engines = await startEngines({ clickhouse: true });
const database = await createDatabase(engines.clickhouse);
const reader = createQueueStatsReader(createTables(database.clickhouse, 10_000));
const signal = new AbortController().signal;

after(async () => {
  await database.drop();
  await engines.stop();
});
afterEach(async () => database.clear());

const outcomes: readonly VisitOutcome[] = [
  'answered',
  'answered',
  'answered',
  'abandoned',
  'timeout',
  'exit_key',
  'no_agents',
  'callback_accepted',
  'withdrawn',
  'failed',
  'waiting',
];

/** Numbers that look like chance and are the same each time. */
const chance = (seed: number, below: number): number => ((seed * 7919 + 104_729) * 31) % below;

const visitOf = (number: number, enteredAt: number): QueueVisitRow => {
  const outcome = outcomes[number % outcomes.length] as VisitOutcome;
  const waitMs = chance(number, 60_000);
  const isAnswered = outcome === 'answered';
  return {
    visit_id: `v${number}`,
    queue_id: number % 3 === 0 ? 'sales' : 'support',
    entered_at: number % 50 === 7 ? null : enteredAt,
    connected_at: isAnswered ? enteredAt + waitMs * 1000 : null,
    left_at: isAnswered || outcome === 'waiting' ? null : enteredAt + waitMs * 1000,
    ended_at: null,
    outcome,
    origin: number % 17 === 0 ? 'callback' : 'call',
    agent_id: 'ann',
    agent_leg_id: '',
    wait_ms: waitMs,
    ring_ms: null,
    connect_ms: isAnswered ? chance(number + 1, 300_000) : 0,
    hold_ms: isAnswered && number % 2 === 0 ? chance(number, 1000) : null,
    ended_by: number % 5 === 0 ? 'transfer' : 'caller',
    offers: [],
  };
};

const calls: readonly CallRow[] = Array.from({ length: 600 }, (_, number) => {
  const started_at = tenOClock + number * 97 * second;
  const key = `call-${number}`;
  const tenant_id = number % 11 === 0 ? 'other' : 'acme';
  const visits = [visitOf(number * 2, started_at + second), visitOf(number * 2 + 1, started_at + 70 * second)];
  return callRow({
    tenant_id,
    call_key: key,
    call_id: callId(tenant_id, key, started_at),
    started_at,
    version: 2,
    state: number % 41 === 0 ? 'merged' : number % 10 === 0 ? 'active' : 'ended',
    queue_visits: visits,
    overflows:
      number % 4 === 0 ? [{ from_visit_id: visits[0]?.visit_id ?? '', to_visit_id: visits[1]?.visit_id ?? '' }] : [],
    queue_refusals:
      number % 6 === 0
        ? [{ queue_id: 'support', reason: number % 12 === 0 ? 'full' : 'closed', at: started_at, leg_id: '' }]
        : [],
  });
});

const zone = timeZone('Asia/Kathmandu');
assert.ok(zone !== null);
const [from, to] = [tenOClock + 1800 * second, tenOClock + 40_000 * second];
const asked: QueueStatsAsked = {
  queueId: 'support',
  from,
  to,
  starts: intervalsOf(zone, 'hour', from, to, 100).map(({ startsAt }) => startsAt),
  serviceLevelMs: 20_000,
  shortMs: 5000,
  asOf: to + 60 * second,
};

/** The same figures, counted one by one. */
const counted = (): Map<number, VisitCounts> => {
  const found = new Map<number, VisitCounts>();
  for (const call of calls) {
    if (call.tenant_id !== 'acme' || call.state === 'merged') continue;
    for (const visit of call.queue_visits) {
      const { entered_at: at, outcome, wait_ms: waitMs } = visit;
      if (visit.queue_id !== 'support' || at === null || at < from || at >= to) continue;
      const start = asked.starts.findLast((one) => one <= at) as number;
      found.set(start, add(found.get(start) ?? noVisits, visit, call, outcome, waitMs, at));
    }
  }
  return found;
};

const add = (
  counts: VisitCounts,
  visit: QueueVisitRow,
  call: CallRow,
  outcome: VisitOutcome,
  waitMs: number,
  at: number,
): VisitCounts => {
  const one = (holds: boolean): number => Number(holds);
  const answered = outcome === 'answered';
  const waited = outcome === 'waiting' ? Math.floor((asked.asOf - at) / 1000) : waitMs;
  return {
    offered: counts.offered + 1,
    answered: counts.answered + one(answered),
    abandoned: counts.abandoned + one(outcome === 'abandoned'),
    shortAbandoned: counts.shortAbandoned + one(outcome === 'abandoned' && waitMs < 5000),
    timeout: counts.timeout + one(outcome === 'timeout'),
    exitKey: counts.exitKey + one(outcome === 'exit_key'),
    noAgents: counts.noAgents + one(outcome === 'no_agents'),
    withdrawn: counts.withdrawn + one(outcome === 'withdrawn'),
    callbackAccepted: counts.callbackAccepted + one(outcome === 'callback_accepted'),
    failed: counts.failed + one(outcome === 'failed'),
    waiting: counts.waiting + one(outcome === 'waiting'),
    inTime: counts.inTime + one(answered && waitMs <= 20_000),
    transferred: counts.transferred + one(answered && visit.ended_by === 'transfer'),
    overflowedOut: counts.overflowedOut + one(call.overflows.some((o) => o.from_visit_id === visit.visit_id)),
    overflowedIn: counts.overflowedIn + one(call.overflows.some((o) => o.to_visit_id === visit.visit_id)),
    callbacks: counts.callbacks + one(visit.origin === 'callback'),
    resolvedWaitMs: counts.resolvedWaitMs + (outcome === 'waiting' ? 0 : waitMs),
    answeredWaitMs: counts.answeredWaitMs + (answered ? waitMs : 0),
    connectMs: counts.connectMs + (answered ? visit.connect_ms : 0),
    holdMs: counts.holdMs + (answered ? (visit.hold_ms ?? 0) : 0),
    holdKnown: counts.holdKnown + one(answered && visit.hold_ms !== null),
    holdKnownConnectMs: counts.holdKnownConnectMs + (answered && visit.hold_ms !== null ? visit.connect_ms : 0),
    longestWaitMs: Math.max(counts.longestWaitMs, waited),
  };
};

test('the figures are those of counting visit by visit', async () => {
  // An older version of each row, which must not count.
  await database.insert(
    'calls',
    calls.map((call) => ({ ...call, version: 1, queue_visits: [visitOf(0, call.started_at)] })),
  );
  await database.insert('calls', calls);
  const { visits, refused } = await reader.queue('acme', asked, signal);
  const expected = counted();
  assert.ok(expected.size > 8);
  assert.deepEqual(new Map([...visits].sort(([a], [b]) => a - b)), new Map([...expected].sort(([a], [b]) => a - b)));
  const refusals = calls
    .filter(({ tenant_id, state }) => tenant_id === 'acme' && state !== 'merged')
    .flatMap(({ queue_refusals }) => queue_refusals)
    .filter(({ at }) => at >= from && at < to);
  assert.deepEqual(refused, {
    closed: refusals.filter(({ reason }) => reason === 'closed').length,
    full: refusals.filter(({ reason }) => reason === 'full').length,
  });
});

test('of another tenant and of a queue that nobody entered there is nothing', async () => {
  await database.insert('calls', calls);
  for (const [tenant, queueId] of [
    ['nobody', 'support'],
    ['acme', 'unknown'],
  ] as const) {
    assert.deepEqual(await reader.queue(tenant, { ...asked, queueId }, signal), { visits: new Map(), refused: {} });
  }
});

test('the days of an agent as the agents processor writes them, the newest version of each', async () => {
  const encoder = rowBinaryEncoder<AgentDayRow>(agentDayColumns);
  const dayAt = Math.floor(tenOClock / dayUs) * dayUs;
  const day = (given: Partial<AgentDayRow>): AgentDayRow => ({
    tenant_id: 'acme',
    agent_id: 'ann',
    day_at: dayAt,
    version: 1,
    spans: [],
    events: 1,
    last_event_at: dayAt,
    updated_at: dayAt,
    ...given,
  });
  const login = {
    kind: 'login',
    scope: 's',
    from: tenOClock,
    to: null,
    reason: '',
    queue_id: '',
    told: false,
  } as const;
  const rows = [
    day({}),
    day({ version: 2, spans: [login, { ...login, kind: 'pause', to: tenOClock + second }] }),
    day({ day_at: dayAt - 40 * dayUs, spans: [login] }),
    day({ tenant_id: 'other', spans: [login] }),
    day({ agent_id: 'bob', spans: [login] }),
  ];
  await database.clickhouse.insertRows('agent_spans', encoder.columns, encoder.encode(rows));
  const read = createAgentDays(createTables(database.clickhouse, 10_000));
  assert.deepEqual(await read('acme', 'ann', { from: tenOClock, to: tenOClock + dayUs }, signal), [
    {
      day_at: dayAt,
      spans: [
        { kind: 'login', from: tenOClock, to: null },
        { kind: 'pause', from: tenOClock, to: tenOClock + second },
      ],
    },
  ]);
});

const dayUs = 86_400_000_000;
