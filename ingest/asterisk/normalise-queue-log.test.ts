import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { eventsOf, identity, nowUs, only, rejectionOf, source } from '../testing/sources.ts';
import { normaliseQueueLog, queueLogLines } from './normalise-queue-log.ts';
import { queueLogText } from './queue-log-line.ts';

const caller = '1772618400.31';
const agentLeg = '1772618404.32';
const pbx = source({ askedSwitchId: 'ast1' });

const recordsOf = (text: string): Record<string, unknown>[] =>
  queueLogText.split(Buffer.from(text)).map((record) => {
    if ('rejection' in record) throw new Error(record.rejection.message);
    return record.value as Record<string, unknown>;
  });

const read = (line: string, given = pbx) =>
  recordsOf(line).flatMap((record) => eventsOf(normaliseQueueLog(record, given)));
const payload = (line: string): unknown => read(line).at(-1)?.payload;
const types = (line: string): string[] => read(line).map(({ type }) => type);

const visit = { visit_id: `ast1/${caller}:support`, queue_id: 'support' };

test('a stay in a queue, by caller and queue', () => {
  const entered = only(read(`1772618404|${caller}|support|NONE|ENTERQUEUE||5550100|2`), 'queue.entered');
  assert.deepEqual(entered.payload, { ...visit, position: 2, priority: null, origin: 'call' });
  assert.deepEqual(
    [entered.call_key, entered.leg_id, entered.call_started_at],
    [`ast1/${caller}`, `ast1/${caller}`, 1_772_618_400_000_031],
  );
  assert.deepEqual([entered.occurred_at, entered.occurred_precision], [1_772_618_404_000_000, 's']);
  assert.doesNotMatch(JSON.stringify(entered), /5550100/, 'a number that may have been withheld');

  const connect = read(`1772618410|${caller}|support|Grace|CONNECT|6|${agentLeg}|4`);
  assert.deepEqual(only(connect, 'queue.connected').payload, {
    ...visit,
    agent_id: 'Grace',
    agent_leg_id: `ast1/${agentLeg}`,
    wait_ms: 6000,
    ring_ms: 4000,
  });
  assert.equal(only(connect, 'queue.offer_ended').payload.outcome, 'answered');
  assert.deepEqual(only(connect, 'queue.connected').extra, { data1: '6', data2: agentLeg, data3: '4' });
});

test('rings are told in milliseconds, everything else in seconds', () => {
  const ended = (name: string) => {
    const { agent_id, outcome, ring_ms } = only(
      read(`1772618409|${caller}|support|SIP/1|${name}|4500`),
      'queue.offer_ended',
    ).payload;
    return [agent_id, outcome, ring_ms];
  };
  assert.deepEqual(ended('RINGNOANSWER'), ['SIP/1', 'no_answer', 4500]);
  assert.deepEqual(ended('RINGCANCELED'), ['SIP/1', 'caller_left', 4500]);
  assert.equal(ended('AGENTDUMP')[1], 'rejected');
});

test('how a stay ends', () => {
  const left = (rest: string) => {
    const { outcome, wait_ms, position } = only(read(`1772618430|${caller}|support|${rest}`), 'queue.left').payload;
    return [outcome, wait_ms, position];
  };
  assert.deepEqual(left('NONE|ABANDON|1|3|26'), ['abandoned', 26_000, 1]);
  assert.deepEqual(left('NONE|EXITWITHTIMEOUT|2|3|26'), ['timeout', 26_000, 2]);
  assert.deepEqual(left('NONE|EXITWITHKEY|9|2|3|26'), ['exit_key', 26_000, 2]);
  assert.deepEqual(left('NONE|EXITEMPTY|1|1|5'), ['no_agents', 5000, 1]);
  assert.deepEqual(left('NONE|WITHDRAW|1|1|5|moved'), ['withdrawn', 5000, 1]);
  assert.deepEqual(types(`1772618430|${caller}|support|Grace|ABANDON|1|1|26`), ['queue.offer_ended', 'queue.left']);
  const key = read(`1772618430|${caller}|support|NONE|EXITWITHKEY|9|2|3|26`)[0];
  assert.deepEqual(key?.extra, { data2: '2', data3: '3', data4: '26' }, 'the key itself is not kept');

  const done = (rest: string) => {
    const { ended_by, wait_ms, connect_ms, transfer_target } = only(
      read(`1772618430|${caller}|support|Grace|${rest}`),
      'queue.completed',
    ).payload;
    return [ended_by, wait_ms, connect_ms, transfer_target];
  };
  assert.deepEqual(done('COMPLETECALLER|6|20|1'), ['caller', 6000, 20_000, '']);
  assert.deepEqual(done('COMPLETEAGENT|6|20|1'), ['agent', 6000, 20_000, '']);
  assert.deepEqual(done('BLINDTRANSFER|1003|internal|6|20|1'), ['transfer', 6000, 20_000, '1003']);
  assert.deepEqual(done('TRANSFER|1003|internal|6|20'), ['transfer', 6000, 20_000, '1003']);
  assert.deepEqual(done('ATTENDEDTRANSFER|BRIDGE|b51d|6|20|1'), ['transfer', 6000, 20_000, '']);
  assert.deepEqual(done('ATTENDEDTRANSFER|LINK|SIP/1|SIP/2|6|20|1'), ['transfer', 6000, 20_000, '']);
});

test('callers who were not let in', () => {
  const reason = (name: string): string =>
    only(read(`1772618404|${caller}|support|NONE|${name}`), 'queue.refused').payload.reason;
  assert.deepEqual(['FULL', 'CLOSED', 'JOINEMPTY', 'DIVERT_CA_RATIO', 'DIVERT_HOLDTIME'].map(reason), [
    'full',
    'closed',
    'no_agents',
    'divert_ratio',
    'divert_wait',
  ]);
});

test('agents and the switch', () => {
  const table: readonly (readonly [string, string, object])[] = [
    [
      'MANAGER|support|Grace|ADDMEMBER|',
      'agent.queue_joined',
      { agent_id: 'Grace', queue_id: 'support', penalty: null },
    ],
    ['CLI|support|Grace|REMOVEMEMBER|', 'agent.queue_left', { agent_id: 'Grace', queue_id: 'support', cause: '' }],
    ['NONE|support|Grace|PAUSE|lunch', 'agent.paused', { agent_id: 'Grace', queue_id: 'support', reason: 'lunch' }],
    ['NONE|NONE|Grace|PAUSEALL|lunch', 'agent.paused', { agent_id: 'Grace', queue_id: null, reason: 'lunch' }],
    ['NONE|NONE|Grace|UNPAUSEALL|', 'agent.unpaused', { agent_id: 'Grace', queue_id: null }],
    [
      'NONE|NONE|Agent/1001|AGENTCALLBACKLOGIN|1001@default',
      'agent.logged_in',
      { agent_id: 'Agent/1001', session_id: '', device: '1001@default' },
    ],
    [
      'NONE|NONE|Agent/1001|AGENTCALLBACKLOGOFF|1001@default|3600|CommandLogoff',
      'agent.logged_out',
      { agent_id: 'Agent/1001', session_id: '' },
    ],
    [
      `${caller}|support|Grace|WRAPUPSTART|15`,
      'agent.wrap_started',
      { agent_id: 'Grace', visit_id: visit.visit_id, limit_ms: 15_000 },
    ],
    ['NONE|NONE|NONE|QUEUESTART|', 'switch.started', {}],
  ];
  for (const [rest, type, expected] of table) {
    const line = `1772618400|${rest}`;
    assert.deepEqual([types(line), payload(line)], [[type], expected], rest);
    assert.equal(read(line)[0]?.call_key, '');
  }
});

test('lines with stray blanks, rows of the realtime table with their columns or all data in one', () => {
  const line = `1772618430|${caller}|support|NONE|ABANDON|1|3|26`;
  assert.deepEqual(read(` 1772618430 | ${caller} | support | NONE | ABANDON | 1 | 3 | 26`), read(line));
  const row = {
    id: 7,
    time: '2026-03-04 10:00:30',
    callid: caller,
    queuename: 'support',
    agent: 'NONE',
    event: 'ABANDON',
  };
  assert.deepEqual(eventsOf(normaliseQueueLog({ ...row, data1: '1', data2: '3', data3: '26' }, pbx)), read(line));
  assert.deepEqual(eventsOf(normaliseQueueLog({ ...row, data: '1|3|26' }, pbx)), read(line));
  const exact = eventsOf(normaliseQueueLog({ ...row, time: '2026-03-04 10:00:30.250000', data1: '1' }, pbx))[0];
  assert.deepEqual([exact?.occurred_at, exact?.occurred_precision], [1_772_618_430_250_000, 'us']);
});

test('a text is split into its lines; comments and blank lines are none', () => {
  const text = `# log\n\n1772618400|NONE|NONE|NONE|QUEUESTART|\r\nbroken|line\n`;
  const records = queueLogText.split(Buffer.from(text));
  assert.deepEqual(
    records.map((record) => ('rejection' in record ? record.rejection.code : 'read')),
    ['read', 'MALFORMED_LINE'],
  );
  assert.deepEqual(
    records.map(({ start, end }) => text.slice(start, end)),
    ['1772618400|NONE|NONE|NONE|QUEUESTART|', 'broken|line'],
  );
});

test('what cannot be used is told by column', () => {
  const rejected = (line: string, given = pbx) => {
    const [record = {}] = recordsOf(line);
    const { code, field } = rejectionOf(normaliseQueueLog(record, given));
    return [code, field];
  };
  assert.deepEqual(rejected('0|1266833905.2|9000|NONE|ENTERQUEUE||1'), ['TIME_OUT_OF_RANGE', 'time']);
  assert.deepEqual(rejected('1772618400|NONE|support|NONE|ENTERQUEUE||1'), ['MISSING_FIELD', 'callid']);
  assert.deepEqual(rejected(`1772618400|${caller}|NONE|NONE|ENTERQUEUE||1`), ['MISSING_FIELD', 'queuename']);
  assert.deepEqual(rejected(`1772618400|${caller}|support|NONE|CONNECT|1`), ['MISSING_FIELD', 'agent']);
  assert.deepEqual(rejected('1772618400|NONE|NONE|NONE|PAUSEALL|'), ['MISSING_FIELD', 'agent']);
  assert.deepEqual(rejected('1772618400|123456789.1|q|NONE|ENTERQUEUE'), ['TIME_OUT_OF_RANGE', 'callid']);
  assert.deepEqual(rejected('1772618400|NONE|NONE|NONE|QUEUESTART|', source()), ['SWITCH_UNKNOWN', 'systemname']);
  assert.deepEqual(rejected('1772618400|a|b|c||'), ['MISSING_FIELD', 'event']);
  assert.deepEqual(read('1772618400|NONE|NONE|NONE|CONFIGRELOAD|'), []);
});

test('no line makes it throw; read again, later, it is the same', () => {
  const value = fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue(), fc.constantFrom('NONE', caller, '1772618400'));
  const columns = ['time', 'callid', 'queuename', 'agent', 'data', 'data1', 'data2', 'data3', 'data4'];
  const records = fc.record({
    event: fc.constantFrom(...queueLogLines.keys()),
    more: fc.dictionary(fc.constantFrom(...columns), value),
  });
  fc.assert(
    fc.property(records, ({ event, more }) => {
      const record = { time: '1772618400', callid: caller, queuename: 'q', agent: 'a', ...more, event };
      const [first, again] = [nowUs, nowUs + 1].map((observedAtUs) =>
        normaliseQueueLog(record, source({ askedSwitchId: 'ast1', observedAtUs })),
      );
      if (first === undefined || 'rejection' in first || again === undefined || 'rejection' in again) return;
      assert.deepEqual(first.events.map(identity), again.events.map(identity));
    }),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      for (const record of queueLogText.split(Buffer.from(text))) {
        if ('value' in record) normaliseQueueLog(record.value as Record<string, unknown>, pbx);
      }
    }),
  );
});
