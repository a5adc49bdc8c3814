import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callCdr, callEvents } from '../testing/freeswitch-call.ts';
import { startIngest } from '../testing/in-memory-ingest.ts';

const freeswitch = '/v1/ingest/freeswitch/events';

type Failure = { error: { code: string; details: { field: string; message: string }[] } };

test('a parameter that is not known refuses the request, and is named', async (t) => {
  const ingest = await startIngest(t);
  const refused = async (url: string) => {
    const answer = await ingest.post(url, JSON.stringify(callEvents()));
    const { code, details } = answer.json<Failure>().error;
    return [answer.statusCode, code, details];
  };
  const unknown = (field: string) => [422, 'VALIDATION_ERROR', [{ field, message: 'is unknown; known are switch' }]];
  assert.deepEqual(await refused(`${freeswitch}?swich=pbx-1`), unknown('swich'));
  assert.deepEqual(await refused(`${freeswitch}?uuid=a_1`), unknown('uuid'), 'mod_json_cdr posts elsewhere');
  assert.deepEqual(await refused('/v1/validate/freeswitch-events?swich=pbx-1'), unknown('swich'));
  assert.deepEqual(await refused('/v1/ingest/freeswitch/cdr?swich=pbx-1?uuid=a_1'), unknown('swich'));
  assert.equal(ingest.published.length, 0);
});

test('a sender’s own parameter is passed over: it cannot leave it out', async (t) => {
  const ingest = await startIngest(t);
  const taken = async (url: string, record: unknown) => (await ingest.post(url, JSON.stringify(record))).statusCode;
  assert.equal(await taken('/v1/ingest/freeswitch/cdr?uuid=a_1&switch=pbx-1', callCdr()), 202);
  assert.equal(await taken('/v1/validate/freeswitch-cdr?uuid=a_1', callCdr()), 200);
  assert.equal(await taken('/v1/ingest/hosted/callbacks?bodySHA256=ab12', { CallSid: 'CA1' }), 202);
});

test('a name of a switch that cannot be read is none', async (t) => {
  const ingest = await startIngest(t);
  const form =
    'must be the name of the switch, where the records do not say it, ' +
    'without blanks around it, without control and invisible characters';
  for (const [name, message] of [
    ['%00', form],
    ['pbx%1B%5B31m', form],
    ['pbx%E2%80%AE1', form],
    ['pbx%E2%80%8B1', form],
    ['pbx%EF%BB%BF', form],
    ['%20', form],
    ['+pbx-1', form],
    ['pbx-1%E2%80%83', form],
    ['', 'must not be empty'],
    ['p'.repeat(129), 'must have at most 128 characters'],
  ]) {
    const answer = await ingest.post(`${freeswitch}?switch=${name}`, JSON.stringify(callEvents()));
    assert.deepEqual(answer.json<Failure>().error.details, [{ field: 'switch', message }], name);
  }
  assert.equal(ingest.published.length, 0);
  const named = await ingest.post(
    `${freeswitch}?switch=B%C3%BCro%20M%C3%BCnchen%20%F0%9F%93%9E`,
    JSON.stringify(callEvents()),
  );
  assert.equal(named.statusCode, 202, named.body);
  assert.deepEqual(new Set(ingest.events().map(({ switch_id }) => switch_id)), new Set(['Büro München 📞']));
});
