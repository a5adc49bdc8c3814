import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setting } from '../../runtime/config.ts';
import { settingsTable, tablesOf } from './settings-table.ts';

const brokers = setting.string({ env: 'BROKERS', doc: 'where', default: 'here' });
const port = (value: number) => setting.integer({ env: 'PORT', doc: 'port', default: value, min: 0 });
const services = new Map([
  ['one', { brokers, port: port(1), password: setting.secret({ env: 'PASSWORD', doc: 'secret' }) }],
  ['two', { brokers, port: port(2) }],
]);

test('what services share is shown once, what differs for each', () => {
  const lines = tablesOf(services, { PASSWORD: 'hunter2' })
    .split('\n')
    .map((line) => line.replaceAll(/ +/g, ' ').trim());
  assert.deepEqual(lines, [
    'several services',
    'BROKERS here where',
    '',
    'only trunkline one',
    'PORT 1 port',
    'PASSWORD [set] secret',
    '',
    'only trunkline two',
    'PORT 2 port',
    '',
  ]);
});

test('all wrong settings of all services are told at once', () => {
  assert.throws(() => tablesOf(services, { PORT: '-1' }), {
    problems: ['PORT: is -1, expected an integer of at least 0', 'PASSWORD: is not set, expected a secret'],
  });
});

test('the real services have a table', async () => {
  const text = await settingsTable({});
  assert.match(text, /TRUNKLINE_KAFKA_BROKERS/);
  assert.equal(text.match(/TRUNKLINE_KAFKA_BROKERS/g)?.length, 1);
});

test('a source is listed where it is set up, and what it lacks is told', async () => {
  assert.doesNotMatch(await settingsTable({}), /TRUNKLINE_ESL_/);
  const env = { TRUNKLINE_ESL_PASSWORD: 'x', TRUNKLINE_SOURCE_API_KEY: 'sk_live_x' };
  await assert.rejects(settingsTable(env), { problems: ['TRUNKLINE_SOURCE_STATE_DIR: is not set, expected a text'] });
  assert.match(await settingsTable({ ...env, TRUNKLINE_SOURCE_STATE_DIR: 'state' }), /only trunkline source esl/);
});
