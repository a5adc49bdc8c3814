import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger } from '../../../runtime/logger.ts';
import type { Event } from '../../../schemas/events.ts';
import { source } from '../../testing/sources.ts';
import { createClockOffset } from '../clock-offset.ts';
import { shortCall } from '../testing/freeswitch-calls.ts';
import { eventFrame, frame } from '../testing/freeswitch-frames.ts';
import type { Heard } from '../read-switch.ts';
import { createConversation, type EslConversation } from './conversation.ts';
import type { Gap, Position } from '../position.ts';

const receivedAtUs = 1_772_704_800_000_000;
const legId = '6f3d2a10-0000-4000-8000-000000000001';

/** A clock that is 2 s behind ours, and a way of no time. */
const stampUs = receivedAtUs - 2_000_000;

const native = (seq: number, headers: Readonly<Record<string, string>>, bootId = 'boot-1'): Buffer =>
  eventFrame({
    'Core-UUID': bootId,
    'FreeSWITCH-Switchname': 'pbx-1',
    'Event-Date-Timestamp': String(stampUs + seq),
    'Event-Sequence': String(seq),
    ...headers,
  });

const reply = (text: string): Buffer => Buffer.from(`Content-Type: command/reply\nReply-Text: ${text}\n\n`);
const welcome = [
  Buffer.from('Content-Type: auth/request\n\n'),
  reply('+OK accepted'),
  reply('+OK event listener enabled plain'),
];
const channels = frame('api/response', JSON.stringify({ row_count: 1, rows: [{ uuid: legId }] }));
const api = { 'Event-Name': 'API' };

const call = shortCall(legId, stampUs);

const open = (before: Position | null = null): { conversation: EslConversation; gaps: Gap[] } => {
  const gaps: Gap[] = [];
  const conversation = createConversation({
    login: { user: undefined, password: 'secret' },
    clock: createClockOffset(),
    before,
    onGap: (gap) => gaps.push(gap),
    onLag: () => undefined,
    logger: createLogger('test', 'silent'),
  });
  return { conversation, gaps };
};

const hearAll = (conversation: EslConversation, pieces: readonly Buffer[]): Heard => {
  const all: Heard = { send: '', own: [], records: [], ended: null };
  for (const piece of pieces) {
    const heard = conversation.hear(piece, source({ observedAtUs: receivedAtUs }));
    all.send += heard.send;
    all.own.push(...heard.own);
    all.records.push(...heard.records);
    all.ended ??= heard.ended;
  }
  return all;
};

const told = (events: readonly Event[]) => events.map(({ type, boot_id, payload }) => [type, boot_id, payload]);

test('a first connection: log in, subscribe, ask, and tell the boot and its living legs', () => {
  const { conversation } = open();
  const heard = hearAll(conversation, [
    ...welcome,
    channels,
    native(40, api),
    ...call.map((event, at) => native(41 + at, event)),
  ]);
  assert.match(
    heard.send,
    /^auth secret\n\nevent plain API CHANNEL_.* HEARTBEAT STARTUP SHUTDOWN CUSTOM callcenter::info\n\napi show channels as json\n\n$/,
  );
  assert.equal(conversation.isListening(), true);
  // The answer came before any event told which boot it is of.
  assert.deepEqual(told(heard.own), [
    ['switch.started', 'boot-1', {}],
    ['switch.channels', 'boot-1', { leg_ids: [legId] }],
  ]);
  assert.deepEqual(
    heard.records.map((record) => 'value' in record && (record.value as Record<string, string>)['Event-Name']),
    ['API', 'CHANNEL_CREATE', 'CHANNEL_ANSWER', 'CHANNEL_HANGUP_COMPLETE'],
  );
  assert.deepEqual(conversation.position(), { bootId: 'boot-1', seq: 43, atUs: stampUs + 43 });
});

test('what is heard does not depend on the pieces it comes in', () => {
  const bytes = Buffer.concat([
    ...welcome,
    native(40, api),
    channels,
    ...call.map((event, at) => native(41 + at, event)),
  ]);
  const whole = hearAll(open().conversation, [bytes]);
  for (const size of [1, 7, 64, 1000]) {
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
      bytes.subarray(at * size, (at + 1) * size),
    );
    const heard = hearAll(open().conversation, pieces);
    assert.deepEqual([heard.send, told(heard.own)], [whole.send, told(whole.own)]);
    assert.deepEqual(
      heard.records.map((record) => record.raw()),
      whole.records.map((record) => record.raw()),
    );
  }
});

test('a connection that breaks at any byte leaves the position at the last whole event', () => {
  const frames = call.map((event, at) => native(41 + at, event));
  const bytes = Buffer.concat([...welcome, ...frames]);
  for (let end = 0; end <= bytes.length; end += 13) {
    const { conversation } = open();
    const { records } = hearAll(conversation, [bytes.subarray(0, end)]);
    assert.equal(conversation.position()?.seq ?? 40, 40 + records.length);
  }
});

test('on the next connection the numbers between are a gap, told before the event', () => {
  const before = { bootId: 'boot-1', seq: 40, atUs: stampUs };
  const { conversation, gaps } = open(before);
  const { own } = hearAll(conversation, [...welcome, native(50, api)]);
  assert.deepEqual(told(own), [
    [
      'adapter.gap',
      'boot-1',
      { from_seq: 41, to_seq: 49, reason: 'disconnected', from_at: stampUs, to_at: stampUs + 50 },
    ],
  ]);
  assert.equal(gaps.length, 1);
});

test('two sources that missed the same say the same', () => {
  const before = { bootId: 'boot-1', seq: 40, atUs: stampUs };
  const [one, two] = [1, 2].map(
    () => hearAll(open(before).conversation, [...welcome, native(50, api)]).own[0]?.event_id,
  );
  assert.equal(one, two);
});

test('another boot is told, with what nobody heard of it', () => {
  const { conversation } = open({ bootId: 'boot-1', seq: 40, atUs: stampUs });
  const { own } = hearAll(conversation, [...welcome, native(3, api, 'boot-2')]);
  assert.deepEqual(
    told(own).map(([type, boot]) => [type, boot]),
    [
      ['switch.started', 'boot-2'],
      ['adapter.gap', 'boot-2'],
    ],
  );
});

test('channels are told as of when they were asked for, by the clock of the switch', () => {
  const { conversation } = open();
  hearAll(conversation, [...welcome, native(40, api)]);
  assert.equal(conversation.askChannels(receivedAtUs + 500), 'api show channels as json\n\n');
  const [event] = hearAll(conversation, [channels]).own;
  assert.equal(event?.occurred_at, receivedAtUs + 500 - 2_000_000 + 40);
});

test('an event that cannot be read is kept with its bytes', () => {
  const { conversation } = open();
  const { records } = hearAll(conversation, [...welcome, frame('text/event-plain', 'Event-Name CHANNEL_ANSWER\n\n')]);
  assert.deepEqual(
    records.map((record) => ['rejection' in record && record.rejection.code, record.raw().toString()]),
    [['MALFORMED_EVENT', 'Event-Name CHANNEL_ANSWER\n\n']],
  );
});

test('the end is told with the reason', () => {
  const { conversation } = open();
  const heard = hearAll(conversation, [
    ...welcome,
    native(40, api),
    frame('text/disconnect-notice', 'Disconnected, goodbye.\n'),
  ]);
  assert.equal(heard.records.length, 1);
  assert.match(heard.ended ?? '', /Disconnected, goodbye/);
});
