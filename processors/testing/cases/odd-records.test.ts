import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentHash, encodeEvent } from '../../../schemas/event-codec.ts';
import type { Event } from '../../../schemas/events.ts';
import { at } from '../event-table.ts';
import { createRandom } from '../random.ts';
import { disorderedLog } from '../scenarios.ts';
import { type Faults, noFaults, type Run, runTopology } from '../topology.ts';
import { canonical, receivedAt } from './canonical.ts';
import { cel } from './cel-rows.ts';
import { freeswitch } from './freeswitch-events.ts';
import { eventsOf } from './native-records.ts';
import { tablesOfEvents, tablesOfRecords } from './tables-of-events.ts';
import { told } from './told.ts';

const call = (leg: string, other: string, second: number): string => `
  ${second}.0      CHANNEL_CREATE          ${leg} inbound sofia/internal/1001@pbx 1001>1002
  ${second}.2      CHANNEL_CREATE          ${other} outbound sofia/internal/1002@10.0.0.7 1001>1002 of=${leg}
  ${second + 4}.0  CHANNEL_ANSWER          ${other}
  ${second + 4}.1  CHANNEL_BRIDGE          ${leg} ${other}
  ${second + 64}.1 CHANNEL_HANGUP_COMPLETE ${leg} NORMAL_CLEARING by=recv_bye
  ${second + 64}.1 CHANNEL_HANGUP_COMPLETE ${other} NORMAL_CLEARING by=send_bye`;

const events = eventsOf(freeswitch(`${call('a', 'b', 0)}${call('m', 'n', 10)}`));
const records = events.map(encodeEvent);
const answers = ({ calls }: Awaited<ReturnType<typeof tablesOfEvents>>) =>
  Object.fromEntries(
    calls.final().map(({ call_key, disposition, connect_ms }) => [call_key, `${disposition} ${connect_ms}`]),
  );

test('case 87: poisoned records in a batch: the others make their calls', async () => {
  const poison = [
    Buffer.alloc(0),
    Buffer.from('no event'),
    Buffer.from([0xc3, 0x01]),
    Buffer.from('{"type":"leg.ended"}'),
  ];
  const mixed = records.flatMap((record, index) => [record, ...poison.slice(index % 4, (index % 4) + 1)]);
  const tables = await tablesOfRecords([mixed]);
  assert.deepEqual(answers(tables), { a: 'answered 60000', m: 'answered 60000' });
  const letters = tables.deadLetters.final();
  // The same bytes are one refused record, however often they come.
  assert.equal(letters.length, poison.length);
  assert.ok(letters.every(({ code, raw }) => code === 'NOT_AN_EVENT' && poison.some((bytes) => bytes.equals(raw))));
});

test('case 88: half of the events now, half later: the call is updated, not doubled', async () => {
  const half = await tablesOfEvents([events.slice(0, 4)]);
  assert.deepEqual(
    half.calls.final().map(({ state, disposition }) => [state, disposition]),
    [['active', 'in_progress']],
  );
  const both = await tablesOfEvents([events.slice(0, 4), events.slice(4, 9), events.slice(9)]);
  assert.deepEqual(both.calls.final(), (await tablesOfEvents([events])).calls.final());
  assert.equal(both.calls.final().length, 2);
});

test('case 89: a type or a schema that is not known yet', async () => {
  assert.throws(
    () => eventsOf(canonical('1 leg.created a anchor=0').map((one) => ({ ...one, value: { type: 'leg.sang' } }))),
    /leg\.sang is unknown/,
  );
  // Written by a schema that is newer than this reader: its fingerprint is not among the released ones.
  const newer = Buffer.from(records[0] as Buffer);
  newer.fill(0xee, 2, 10);
  const tables = await tablesOfRecords([[newer, ...records.slice(1)]]);
  assert.deepEqual(
    tables.deadLetters.final().map(({ code, raw }) => [code, raw.equals(newer)]),
    [['NOT_AN_EVENT', true]],
  );
  // The rest of the batch went on: the other call is whole.
  assert.equal(answers(tables)['m'], 'answered 60000');
});

test('case 90: a queue that is renamed later keeps its name in the history', async () => {
  const visit = (leg: string, second: number, queue: string): string => `
    ${second}.0     CHANNEL_CREATE          ${leg} inbound sofia/external/x@carrier +442079460123>800
    ${second + 1}.0 callcenter::info        ${leg} member-queue-start queue=${queue} visit=${leg}
    ${second + 9}.0 callcenter::info        ${leg} member-queue-end visit=${leg} cause=Cancel reason=BREAK_OUT
    ${second + 9}.0 CHANNEL_HANGUP_COMPLETE ${leg} NORMAL_CLEARING by=recv_bye`;
  await told(freeswitch(visit('a', 0, 'support')), freeswitch(visit('n', 100, 'help'))).givesEach([
    { queue_visits: [{ queue_id: 'support' }] },
    { queue_visits: [{ queue_id: 'help' }] },
  ]);
});

test('case 91: an event of no tenant is kept apart and shown to none', async () => {
  const [first, ...rest] = events as [Event, ...Event[]];
  const tables = await tablesOfRecords([[encodeEvent({ ...first, tenant_id: '' }), ...rest.map(encodeEvent)]]);
  assert.deepEqual(
    tables.deadLetters.final().map(({ code, tenant_id }) => [code, tenant_id]),
    [['TENANT_MISSING', '']],
  );
  assert.ok(tables.events.final().every(({ tenant_id }) => tenant_id === 'acme'));
});

const asterisk = (ending: string): string => `
  eventtype    | eventtime | uniqueid | linkedid | channame     | cid_num | exten | extra
  CHAN_START   | 0.1       | 0.1      | 0.1      | PJSIP/1001-1 | 1001    | 1002  |
  CHAN_START   | 0.2       | 0.2      | 0.1      | PJSIP/1002-2 | 1002    | s     |
  ANSWER       | 4.0       | 0.2      | 0.1      | PJSIP/1002-2 | 1002    | s     |
  ANSWER       | 4.0       | 0.1      | 0.1      | PJSIP/1001-1 | 1001    | 1002  |
  BRIDGE_ENTER | 4.1       | 0.1      | 0.1      | PJSIP/1001-1 | 1001    | 1002  | bridge_id=x bridge_technology=simple_bridge
  BRIDGE_ENTER | 4.1       | 0.2      | 0.1      | PJSIP/1002-2 | 1002    | s     | bridge_id=x bridge_technology=simple_bridge
  ${ending}`;

const end = (time: number): string => `LINKEDID_END | ${time} | 0.1 | 0.1 | PJSIP/1001-1 | 1001 | 1002 |`;
const hangups = `
  HANGUP       | 20.0      | 0.2      | 0.1      | PJSIP/1002-2 | 1002    | s     | hangupcause=16
  CHAN_END     | 20.0      | 0.2      | 0.1      | PJSIP/1002-2 | 1002    | s     |
  HANGUP       | 20.1      | 0.1      | 0.1      | PJSIP/1001-1 | 1001    | 1002  | hangupcause=16
  CHAN_END     | 20.1      | 0.1      | 0.1      | PJSIP/1001-1 | 1001    | 1002  |`;

test('case 92: the end of the call is told before its last channel’s, or never', async () => {
  const expected = {
    state: 'ended',
    ended_at: at(20.1),
    connect_ms: 15_900,
    disposition: 'answered',
    quality: [],
  } as const;
  await told(cel(asterisk(`${end(19.9)}\n${hangups}`))).gives(expected);
  await told(cel(asterisk(hangups))).gives(expected);
  await told(cel(asterisk(`${hangups}\n${end(20.2)}`))).gives(expected);
});

test('case 93: a hosted provider’s “completed” is received before its “in-progress”', async () => {
  // Received at these seconds, in this order.
  const received = [0, 0.5, 40, 40.1, 40.2, 40.3, 40.4];
  const hosted = (order: readonly string[]): ReturnType<typeof canonical> =>
    canonical(order.map((line, index) => `${received[index]} ${line} anchor=0 precision=receipt`).join('\n'), {
      kind: 'hosted',
      call: 'CA1',
    });
  const parent = 'leg.created CA1 dir=in kind=trunk from=+442079460123 to=+442079460100';
  const child = 'leg.created CA2 dir=out kind=user to=1002';
  const ringing = 'leg.progress CA2';
  const inProgress = 'leg.answered CA2';
  const connected = 'leg.bridged CA1 with=CA2';
  const completed = 'leg.ended CA2 bill_ms=20000 q850=16';
  const parentCompleted = 'leg.ended CA1 bill_ms=21000 q850=16';
  for (const order of [
    [parent, child, ringing, completed, inProgress, connected, parentCompleted],
    [parent, child, completed, parentCompleted, connected, inProgress, ringing],
  ]) {
    await told(hosted(order)).gives({
      state: 'ended',
      disposition: 'answered',
      connect_ms: 20_000,
      legs: [{ leg_id: 'CA1' }, { leg_id: 'CA2', bill_ms: 20_000 }],
    });
  }
});

test('case 94: a call that lies ahead of our clock is taken, and said to be odd', async () => {
  // Ten minutes ahead: what a switch without a time server tells.
  await told(receivedAt(0, freeswitch(call('a', 'b', 600)))).gives({
    started_at: at(600),
    duration_ms: 64_100,
    disposition: 'answered',
    quality: ['clock_anomaly'],
  });
  // Four minutes are no news.
  await told(receivedAt(0, freeswitch(call('a', 'b', 170)))).gives({ quality: [] });
});

const bytesOf = ({ tables }: Run): string => JSON.stringify([tables.calls.final(), tables.recordings.final()]);

test('case 95: the whole topic again gives the same rows, byte for byte', async () => {
  const once = await runTopology([records], noFaults);
  assert.equal(bytesOf(await runTopology([[...records, ...records]], noFaults)), bytesOf(once));
  const kept = once.tables.events.final();
  assert.equal(kept.length, new Set(records.map(contentHash)).size);
});

test('case 96: rebalances and kills between the tables lose nothing and double nothing', async () => {
  const quiet = bytesOf(await runTopology([records], noFaults));
  for (let seed = 1; seed <= 20; seed += 1) {
    const log = disorderedLog({ calls: [events] }, { partitions: 2, keyed: true, copies: 3 }, createRandom(seed));
    const faults: Faults = { seed, troubledSteps: 200, killPercent: 4, rebalancePercent: 10, failPercent: 5 };
    assert.equal(bytesOf(await runTopology(log, faults)), quiet, `with seed ${seed}`);
  }
});
