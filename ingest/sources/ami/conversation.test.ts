import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger } from '../../../runtime/logger.ts';
import type { Event } from '../../../schemas/events.ts';
import { source } from '../../testing/sources.ts';
import { createClockOffset } from '../clock-offset.ts';
import type { Gap, Position } from '../position.ts';
import type { Heard } from '../read-switch.ts';
import { shortCall } from '../testing/asterisk-calls.ts';
import { block, type Fields } from '../testing/asterisk-peer.ts';
import { type AmiConversation, createConversation } from './conversation.ts';

const receivedAtUs = 1_772_704_800_000_000;
const greeting = Buffer.from('Asterisk Call Manager/9.0.0\r\n');
const boot = '2026-03-05 08:00:00';

/** A clock that is 2 s behind ours. */
const stamp = (receivedAtUs / 1_000_000 - 2).toFixed(6);

const reply = (id: string, fields: Fields = {}): Buffer => block({ Response: 'Success', ActionID: id, ...fields });
const status = (started = boot): Buffer => {
  const [date = '', time = ''] = started.split(' ');
  const pong = reply('ping', { Ping: 'Pong', Timestamp: stamp });
  return Buffer.concat([pong, reply('status', { CoreStartupDate: date, CoreStartupTime: time })]);
};
const entrance = [
  greeting,
  reply('challenge', { Challenge: '1' }),
  reply('login', { Message: 'Authentication accepted' }),
];

const native = (fields: Fields, seq?: number): Buffer =>
  block({ ...fields, Timestamp: stamp, ...(seq !== undefined && { SequenceNumber: String(seq) }) });

const open = (before: Position | null = null): { conversation: AmiConversation; gaps: Gap[]; warnings: string[] } => {
  const gaps: Gap[] = [];
  const warnings: string[] = [];
  const conversation = createConversation({
    login: { user: 'trunkline', secret: 's3cret', auth: 'md5' },
    clock: createClockOffset(),
    before,
    onGap: (gap) => gaps.push(gap),
    onLag: () => undefined,
    logger: createLogger('test', 'warn', { write: (line) => warnings.push(line) }),
  });
  return { conversation, gaps, warnings };
};

const hearAll = (conversation: AmiConversation, pieces: readonly Buffer[]): Heard => {
  const all: Heard = { send: '', own: [], records: [], ended: null };
  for (const piece of pieces) {
    const heard = conversation.hear(piece, source({ observedAtUs: receivedAtUs, boundSwitchId: 'pbx-1' }));
    all.send += heard.send;
    all.own.push(...heard.own);
    all.records.push(...heard.records);
    all.ended ??= heard.ended;
  }
  return all;
};

const told = (events: readonly Event[]) => events.map(({ type, payload }) => [type, payload]);

const call = shortCall('1772704790.7').map((fields, at) => native(fields, 40 + at));
const atUs = receivedAtUs - 2_000_000;

test('a first connection: log in, ask, and tell the living channels', () => {
  const { conversation } = open();
  const channels = ['1772704790.1', '1772704790.2'].map((id) =>
    block({ Event: 'CoreShowChannel', ActionID: 'channels', Uniqueid: id }),
  );
  const complete = block({ Event: 'CoreShowChannelsComplete', ActionID: 'channels', ListItems: '2' });
  const heard = hearAll(conversation, [...entrance, status(), ...call, ...channels, complete]);
  assert.deepEqual(
    [...heard.send.matchAll(/Action: (\w+)/g)].map(([, name]) => name),
    ['Challenge', 'Login', 'Ping', 'CoreSettings', 'CoreStatus', 'CoreShowChannels'],
  );
  assert.deepEqual(told(heard.own), [['switch.channels', { leg_ids: ['pbx-1/1772704790.1', 'pbx-1/1772704790.2'] }]]);
  assert.equal(heard.own[0]?.occurred_at, atUs);
  assert.equal(heard.records.length, 3);
  assert.deepEqual(conversation.position(), { bootId: boot, seq: 42, atUs });
});

test('a list of channels that is cut, or a channel short, ends nobody', () => {
  const { conversation, warnings } = open();
  const channel = block({ Event: 'CoreShowChannel', ActionID: 'channels', Uniqueid: '1772704790.1' });
  const complete = block({ Event: 'CoreShowChannelsComplete', ActionID: 'channels', ListItems: '2' });
  assert.deepEqual(hearAll(conversation, [...entrance, channel, complete]).own, []);
  assert.match(warnings.join(''), /CoreShowChannels cannot be used/);
});

test('what is heard does not depend on the pieces it comes in', () => {
  const bytes = Buffer.concat([...entrance, status(), ...call]);
  const whole = hearAll(open().conversation, [bytes]);
  for (const size of [1, 7, 64]) {
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
      bytes.subarray(at * size, (at + 1) * size),
    );
    const heard = hearAll(open().conversation, pieces);
    assert.deepEqual(
      [heard.send, heard.records.map((record) => record.raw())],
      [whole.send, whole.records.map((record) => record.raw())],
    );
  }
});

test('numbers that go on after a break prove that nothing was missed', () => {
  const { conversation, gaps } = open({ bootId: boot, seq: 39, atUs });
  assert.deepEqual(hearAll(conversation, [...entrance, status(), ...call]).own, []);
  assert.deepEqual([gaps, conversation.position()?.seq], [[], 42]);
});

test('numbers that were left out are a gap', () => {
  const { conversation } = open({ bootId: boot, seq: 30, atUs: atUs - 5 });
  const gap = { from_seq: 31, to_seq: 39, reason: 'disconnected', from_at: atUs - 5, to_at: atUs };
  assert.deepEqual(told(hearAll(conversation, [...entrance, status(), ...call]).own), [['adapter.gap', gap]]);
});

test('without numbers the time of the break is a gap', () => {
  const { conversation } = open({ bootId: boot, seq: null, atUs: atUs - 5 });
  const gap = { from_seq: 0, to_seq: 0, reason: 'disconnected', from_at: atUs - 5, to_at: atUs };
  assert.deepEqual(told(hearAll(conversation, [...entrance, status()]).own), [['adapter.gap', gap]]);
});

test('another start of the switch is told with the break', () => {
  const { conversation } = open({ bootId: boot, seq: 30, atUs: atUs - 5 });
  const [[, gap] = []] = told(hearAll(conversation, [...entrance, status('2026-03-05 09:30:00')]).own);
  assert.deepEqual(gap, { from_seq: 0, to_seq: 0, reason: 'switch_restarted', from_at: atUs - 5, to_at: atUs });
});

test('before it is known which boot it is, the position stays', () => {
  const before = { bootId: boot, seq: 30, atUs };
  const { conversation } = open(before);
  assert.equal(hearAll(conversation, [...entrance, ...call]).records.length, 3);
  assert.deepEqual(conversation.position(), before);
});

test('an event without a time has that of its arrival, and the operator is told once', () => {
  const { conversation, warnings } = open();
  const untimed = shortCall('1772704790.7').map(block);
  const { records } = hearAll(conversation, [...entrance, ...untimed]);
  assert.ok(records.every((record) => 'value' in record && (record.value as Fields)['ReceivedAt'] === '1772704800'));
  assert.equal(warnings.filter((line) => line.includes('timestampevents')).length, 1);
});

test('the welcome, which tells since when the switch is up, waits until we know what time it is there', () => {
  const { conversation, warnings } = open();
  const welcome = { Event: 'FullyBooted', Uptime: '60' };
  assert.deepEqual(hearAll(conversation, [...entrance, block(welcome)]).records, []);
  const [record] = hearAll(conversation, [status()]).records;
  assert.deepEqual(record !== undefined && 'value' in record && record.value, { ...welcome, ReceivedAt: '1772704798' });
  assert.deepEqual(warnings, []);
});

test('a switch that nobody named is not read', () => {
  const { ended, records } = open().conversation.hear(greeting, source());
  assert.match(ended ?? '', /TRUNKLINE_SOURCE_SWITCH/);
  assert.deepEqual(records, []);
});

test('rights that lack, and another name, are told', () => {
  const { conversation, warnings } = open();
  const refused = ['status', 'channels'].map((id) =>
    block({ Response: 'Error', ActionID: id, Message: 'Permission denied' }),
  );
  hearAll(conversation, [...entrance, reply('settings', { SystemName: 'other' }), ...refused]);
  assert.equal(warnings.length, 3);
});
