import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecordBatch } from '../../runtime/kafka.ts';
import { decodeDeadLetter, deadLetterMessage, deadLetterOf } from '../../schemas/dead-letters.ts';
import { contentHash, decodeEvent } from '../../schemas/event-codec.ts';
import {
  type ActionOf,
  decodeQuarantineAction,
  quarantineActionMessage,
  type RedriveAsked,
} from '../../schemas/quarantine-actions.ts';
import { topics } from '../../schemas/topics.ts';
import { dialects, type RoutedDialect } from '../dialects.ts';
import { judge } from '../judging.ts';
import { recordsOfKept } from '../records.ts';
import { destinationOf, type Message } from '../publishing.ts';
import { callCdr, callEvents, channelEvent, createdUs, plainText } from '../testing/freeswitch-call.ts';
import { nowUs, source } from '../testing/sources.ts';
import { redriveBatch } from './redrive-batch.ts';
import { settle } from './settle.ts';

const asked = (action: Partial<RedriveAsked>, id = 'bad_1'): ActionOf<'asked'> => ({
  tenant_id: 'acme',
  quarantine_id: id,
  attempt_id: `try_${id}`,
  actor: 'key_1',
  asked_at: nowUs + 7_000_000,
  at: nowUs + 7_000_000,
  step: 'asked',
  action: {
    way: 'record',
    dialect: 'freeswitch-events',
    as_tenant_id: 'acme',
    asked_switch_id: '',
    bound_switch_id: '',
    corrected: false,
    raw: Buffer.alloc(0),
    ...action,
  },
});

const noBug = (error: unknown): never => {
  throw error;
};

const settled = (action: Partial<RedriveAsked>) => settle(asked(action), nowUs + 8_000_000, noBug);

/** What a message says, leaving out when it was received. */
const content = ({ topic, key, value }: Message): string => `${topic} ${key} ${contentHash(value)}`;

const clean = async (dialect: RoutedDialect, raw: Buffer): Promise<string[]> => {
  const judgement = await judge(recordsOfKept(dialect.text, raw), dialect, source(), noBug);
  assert.equal(judgement.rejected.length, 0);
  return judgement.messages.map(content);
};

test('a redriven record is the same messages as a clean one, but for when it was received', async () => {
  const canonical = {
    type: 'leg.answered',
    switch_id: 'pbx-1',
    occurred_at: '2026-03-04T10:00:00Z',
    call_key: 'c',
    call_started_at: '2026-03-04T10:00:00Z',
    leg_id: 'a',
  };
  const cel = { eventtype: 'CHAN_START', eventtime: '1772618400.5', uniqueid: 'pbx-1772618400.1' };
  const cases: readonly (readonly [RoutedDialect, string | object])[] = [
    [dialects.freeswitchEvents, channelEvent('CHANNEL_ANSWER', createdUs)],
    [dialects.freeswitchEvents, callEvents().map(plainText).join('')],
    [dialects.freeswitchCdr, callCdr()],
    [dialects.asteriskCel, cel],
    [dialects.canonical, canonical],
  ];
  for (const [dialect, record] of cases) {
    const raw = Buffer.from(typeof record === 'string' ? record : JSON.stringify(record));
    const { messages, told } = settled({ dialect: dialect.name, raw });
    assert.deepEqual(messages.map(content), await clean(dialect, raw), dialect.name);
    assert.ok(messages.length > 0);
    assert.partialDeepStrictEqual(told, { step: 'redriven', attempt_id: 'try_bad_1', at: nowUs + 8_000_000 });
    for (const { value } of messages) {
      const decoded = decodeEvent(value);
      assert.ok(
        'event' in decoded && decoded.event.observed_at === nowUs + 7_000_000,
        'received when it was asked for',
      );
    }
  }
});

const refusals: readonly (readonly [string, Partial<RedriveAsked>, string])[] = [
  ['still wrong', { raw: Buffer.from('{"Event-Name":"CHANNEL_ANSWER"}') }, 'SWITCH_UNKNOWN'],
  ['still no JSON', { dialect: 'canonical', raw: Buffer.from('{broken') }, 'MALFORMED_JSON'],
  ['no record at all', { raw: Buffer.from('  ') }, 'MALFORMED_JSON'],
  ['a dialect of a newer version', { dialect: 'carrier-pigeon', raw: Buffer.from('{}') }, 'INVALID_FIELD'],
  ['no event', { way: 'event', raw: Buffer.from('garbage') }, 'NOT_AN_EVENT'],
  ['no letter', { way: 'letter', raw: Buffer.from('garbage') }, 'UNDECODABLE'],
];
for (const [name, action, code] of refusals)
  test(`${name}: refused again, and nothing is published`, () => {
    const { messages, told } = settled(action);
    assert.deepEqual(messages, []);
    assert.ok(told.step === 'refused' && told.action.code === code, JSON.stringify(told));
  });

test('of several records in a correction one wrong one refuses all', () => {
  const records = [channelEvent('CHANNEL_ANSWER', createdUs), { 'Event-Name': 'CHANNEL_ANSWER' }];
  assert.equal(settled({ raw: Buffer.from(JSON.stringify(records)) }).told.step, 'refused');
});

test('the switch that the key was bound to binds still, unless another is named', () => {
  const raw = Buffer.from(JSON.stringify(channelEvent('CHANNEL_ANSWER', createdUs)));
  const { told } = settled({ raw, bound_switch_id: 'pbx-7' });
  assert.ok(told.step === 'refused' && told.action.code === 'SWITCH_NOT_ALLOWED');
  assert.equal(settled({ raw, asked_switch_id: 'pbx-7' }).told.step, 'redriven');
});

test('an event of the log goes to where events of its type go, byte for byte, and to its own tenant only', async () => {
  const { messages } = settled({ raw: Buffer.from(JSON.stringify(channelEvent('CHANNEL_ANSWER', createdUs))) });
  const [message] = messages as [Message];
  const again = settled({ way: 'event', raw: message.value });
  assert.deepEqual(again.messages, [message]);
  const decoded = decodeEvent(message.value);
  assert.ok('event' in decoded);
  assert.deepEqual(destinationOf(decoded.event), { topic: message.topic, key: message.key });
  const { told } = settled({ way: 'event', raw: message.value, as_tenant_id: 'globex' });
  assert.ok(told.step === 'refused' && told.action.code === 'TENANT_NOT_ALLOWED');
  assert.equal(settled({ way: 'event', raw: message.value, as_tenant_id: '' }).told.step, 'redriven');
});

test('a letter that can be read now is a letter again', () => {
  const rejection = { code: 'MISSING_FIELD', message: 'type is missing', field: 'type' };
  const of = { tenant_id: 'acme', stage: 'ingest', source: 'canonical', switch_id: '', received_at: 1 };
  const message = deadLetterMessage(deadLetterOf(rejection, { ...of, raw: Buffer.from('{}') }));
  const { messages } = settled({ way: 'letter', raw: message.value });
  assert.deepEqual(messages, [message]);
  assert.equal(decodeDeadLetter(messages[0]?.value as Buffer).tenant_id, 'acme');
});

const batchOf = (values: readonly (Buffer | null)[]): RecordBatch => ({
  topic: topics.quarantineActions,
  partition: 0,
  highWatermark: String(values.length),
  messages: values.map((value, at) => ({ offset: String(at), key: null, value, timestampMs: 0, headers: {} })),
});

test('killed at any step and done again, a batch leaves the same events and the same answers', async () => {
  const actions = callEvents().map((event, at) => asked({ raw: Buffer.from(JSON.stringify(event)) }, `bad_${at}`));
  const wrong = asked({ raw: Buffer.from('{}') }, 'bad_wrong');
  const told = settle(wrong, 0, noBug).told;
  const values = [...actions, wrong, told].map((action) => quarantineActionMessage(action).value);
  const batch = batchOf([...values, null, Buffer.from('garbage')]);

  const run = async (killAt: number): Promise<Set<string>> => {
    const log = new Set<string>();
    let steps = 0;
    const publish = async (messages: readonly Message[]): Promise<void> => {
      // The messages of the call that is killed may be in the log in part.
      steps += 1;
      for (const [at, message] of messages.entries()) {
        if (steps === killAt && at === Math.floor(messages.length / 2)) throw new Error('killed');
        log.add(shown(message));
      }
    };
    const ports = { publish, nowUs: () => nowUs + steps, onSettled: () => undefined, onBug: noBug };
    await redriveBatch(batch, ports).catch(async () => redriveBatch(batch, ports));
    return log;
  };
  const quiet = await run(0);
  assert.ok(quiet.size > actions.length * 2);
  for (let killAt = 1; killAt <= 4; killAt++) {
    assert.deepEqual([...(await run(killAt))].sort(), [...quiet].sort(), `killed at step ${killAt}`);
  }
});

/** A message without the time at which its answer was given. */
const shown = (message: Message): string => {
  if (message.topic !== topics.quarantineActions) return `${message.topic} ${message.value.toString('hex')}`;
  const action = decodeQuarantineAction(message.value);
  if ('undecodable' in action) throw new Error(action.undecodable);
  return JSON.stringify({ ...action, at: 0 });
};
