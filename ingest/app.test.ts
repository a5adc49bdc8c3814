import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quarantineId } from '../schemas/ids.ts';
import { dialects } from './dialects.ts';
import { callCdr, callEvents, channelEvent, createdUs, plainText, root } from './testing/freeswitch-call.ts';
import { managerCall, managerText } from './testing/manager-call.ts';
import { keys, startIngest } from './testing/in-memory-ingest.ts';

const freeswitch = '/v1/ingest/freeswitch/events';

type Answer = {
  data: {
    accepted: number;
    ignored: number;
    rejected: { index: number; code: string; field: string; quarantine_id: string }[];
  };
  meta: { request_id: string };
};
type Failure = { error: { code: string; message: string; details: { field: string }[]; request_id: string } };

test('the same call by JSON, lines and plain text is the same messages', async (t) => {
  const native = callEvents();
  const bodies = [
    [JSON.stringify(native), 'application/json'],
    [native.map((event) => JSON.stringify(event)).join('\n'), 'application/x-ndjson'],
    [native.map(plainText).join(''), 'text/event-plain'],
  ] as const;
  const values: string[][] = [];
  for (const [body, type] of bodies) {
    const ingest = await startIngest(t);
    const answer = await ingest.post(freeswitch, body, { 'content-type': type });
    assert.equal(answer.statusCode, 202, answer.body);
    assert.deepEqual(answer.json<Answer>().data, { accepted: 12, ignored: 0, rejected: [] });
    assert.equal(answer.headers['x-request-id'], answer.json<Answer>().meta.request_id);
    assert.deepEqual(new Set(ingest.published.map(({ key }) => key)), new Set([`acme:${root}`]));
    values.push(ingest.published.map(({ value }) => value.toString('hex')));
  }
  assert.deepEqual(values[1], values[0]);
  assert.deepEqual(values[2], values[0]);
});

test('a manager’s session as JSON and as text is the same messages', async (t) => {
  const native = managerCall();
  const ingest = await startIngest(t);
  const sent = async (body: string, type: string): Promise<string[]> => {
    ingest.published.length = 0;
    const answer = await ingest.post('/v1/ingest/asterisk/ami?switch=ast1', body, { 'content-type': type });
    assert.deepEqual(answer.json<Answer>().data, { accepted: 21, ignored: 5, rejected: [] }, answer.body);
    return ingest.published.map(({ value }) => value.toString('hex'));
  };
  const asText = await sent(`Asterisk Call Manager/9.0.0\r\n${native.map(managerText).join('')}`, 'text/plain');
  assert.deepEqual(asText, await sent(JSON.stringify(native), 'application/json'));
});

test('one record alone, the prefix /api, either header for the key', async (t) => {
  const ingest = await startIngest(t);
  const one = JSON.stringify(channelEvent('CHANNEL_ANSWER', createdUs));
  assert.equal((await ingest.post(`/api${freeswitch}`, one)).statusCode, 202);
  const bearer = { 'x-api-key': '', authorization: `Bearer ${keys.all}` };
  assert.equal((await ingest.post(freeswitch, one, bearer)).statusCode, 202);
  assert.equal(ingest.events().length, 2);
});

test('what cannot be used is kept with its bytes and told with its place', async (t) => {
  const ingest = await startIngest(t);
  const wrong = { ...channelEvent('CHANNEL_ANSWER', createdUs), 'Unique-ID': '' };
  const lines = [
    JSON.stringify(channelEvent('DTMF', createdUs)),
    '{nonsense',
    JSON.stringify(wrong),
    JSON.stringify(channelEvent('CHANNEL_ANSWER', createdUs)),
  ];
  const answer = await ingest.post(freeswitch, lines.join('\n'), { 'content-type': 'application/x-ndjson' });
  const { accepted, ignored, rejected } = answer.json<Answer>().data;
  assert.deepEqual([accepted, ignored], [1, 1]);
  assert.deepEqual(
    rejected.map(({ index, code, field, quarantine_id }) => [index, code, field, quarantine_id]),
    [1, 2].map((index) => [
      index,
      index === 1 ? 'MALFORMED_JSON' : 'MISSING_FIELD',
      index === 1 ? '' : 'Unique-ID',
      quarantineId('acme', 'freeswitch-events', Buffer.from(lines[index] ?? '')),
    ]),
  );
  assert.deepEqual(
    ingest.letters().map(({ raw, tenant_id, stage, source }) => [raw.toString(), tenant_id, stage, source]),
    [1, 2].map((index) => [lines[index], 'acme', 'ingest', 'freeswitch-events']),
  );
});

test('a letter says whose record it is and as which number, as far as it can be read', async (t) => {
  const ingest = await startIngest(t);
  const wrong = { type: 'leg.ended', switch_id: 'pbx-1', boot_id: 'b1', native: { seq: 5 } };
  const lines = [JSON.stringify(wrong), JSON.stringify({ ...wrong, native: { seq: 6 } }).slice(0, -1)];
  await ingest.post('/v1/events', lines.join('\n'), { 'content-type': 'application/x-ndjson' });
  assert.deepEqual(
    ingest.letters().map((letter) => [letter.code, letter.switch_id, letter.boot_id, letter.native_seq]),
    [
      ['MISSING_FIELD', 'pbx-1', 'b1', 5],
      ['MALFORMED_JSON', 'pbx-1', 'b1', 6],
    ],
  );
  const large = JSON.stringify({ ...wrong, extra: { text: 'x'.repeat(600_000) } });
  await ingest.post('/v1/events?switch=pbx-2', large);
  assert.partialDeepStrictEqual(ingest.letters().at(-1), {
    switch_id: 'pbx-2',
    asked_switch_id: 'pbx-2',
    record_bytes: large.length,
    raw: Buffer.from(large.slice(0, 512 * 1024)),
  });
});

test('records can be tried: what they would become is told, and nothing is published', async (t) => {
  const ingest = await startIngest(t);
  const answered = channelEvent('CHANNEL_ANSWER', createdUs);
  const records = [answered, channelEvent('DTMF', createdUs), { ...answered, 'Unique-ID': '' }];
  type Tried = {
    data: { records: { outcome: string; code?: string; events?: { type: string; tenant_id: string }[] }[] };
  };
  const tried = await ingest.post('/v1/validate/freeswitch-events', JSON.stringify(records));
  assert.equal(tried.statusCode, 200, tried.body);
  const { data } = tried.json<Tried>();
  assert.deepEqual(
    data.records.map(({ outcome, code, events }) => [outcome, code, events?.map(({ type }) => type)]),
    [
      ['accepted', undefined, ['leg.answered']],
      ['ignored', undefined, []],
      ['rejected', 'MISSING_FIELD', undefined],
    ],
  );
  const [event] = data.records[0]?.events ?? [];
  const canonical = await ingest.post('/v1/validate/canonical', JSON.stringify({ ...event, observed_at: undefined }));
  assert.equal(canonical.json<Tried>().data.records[0]?.outcome, 'accepted', 'and can itself be tried');
  const plain = plainText(channelEvent('CHANNEL_ANSWER', createdUs));
  const inText = await ingest.post('/v1/validate/freeswitch-events', plain, { 'content-type': 'text/event-plain' });
  assert.deepEqual(inText.json<Tried>().data.records[0]?.outcome, 'accepted');
  const many = await ingest.post('/v1/validate/canonical', JSON.stringify(Array.from({ length: 101 }, () => ({}))));
  assert.equal(many.statusCode, 413);
  assert.equal((await ingest.post('/v1/validate/canonical', '[]', { 'x-api-key': keys.reader })).statusCode, 403);
  assert.deepEqual(ingest.published, []);
});

test('an encoded body is refused for its encoding, not as malformed', async (t) => {
  const ingest = await startIngest(t);
  const answer = await ingest.post('/v1/events', '[]', { 'content-encoding': 'gzip' });
  const { error } = answer.json<{ error: { code: string; details: { field: string }[] } }>();
  assert.deepEqual(
    [answer.statusCode, error.code, error.details[0]?.field],
    [415, 'UNSUPPORTED_MEDIA_TYPE', 'content-encoding'],
  );
});

test('a CDR as JSON, as a form, as a form in base64', async (t) => {
  const ingest = await startIngest(t);
  const cdr = JSON.stringify(callCdr());
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const url = '/v1/ingest/freeswitch/cdr?uuid=a_1';
  for (const [body, headers] of [
    [cdr, {}],
    [`cdr=${encodeURIComponent(cdr)}`, form],
    [`cdr=${Buffer.from(cdr).toString('base64')}`, form],
    // FreeSWITCH breaks base64 into lines.
    [
      `cdr=${Buffer.from(cdr).toString('base64').replace(/.{72}/g, '$&\n')}`,
      { 'content-type': 'application/x-www-form-base64-encoded' },
    ],
    [cdr, form],
  ] as const) {
    const answer = await ingest.post(url, body, headers);
    assert.deepEqual(answer.json<Answer>().data, { accepted: 1, ignored: 0, rejected: [] }, answer.body);
  }
  assert.equal(new Set(ingest.events().map(({ event_id }) => event_id)).size, ingest.events().length / 5);
  assert.equal((await ingest.post(url, 'other=1', form)).statusCode, 400);
});

test('mod_json_cdr posts with Basic credentials, and appends the uuid to whatever address it has', async (t) => {
  const ingest = await startIngest(t);
  const authorization = `Basic ${Buffer.from(`pbx-7:${keys.bound}`).toString('base64')}`;
  const cdr = JSON.stringify({ ...callCdr(), switchname: '' });
  const url = '/v1/ingest/freeswitch/cdr?switch=pbx-7?uuid=a_0b6c1f6e-8a54-4d0d-9c39-2f2f5f4f1a01';
  const answer = await ingest.post(url, cdr, { 'x-api-key': '', authorization });
  assert.deepEqual(answer.json<Answer>().data, { accepted: 1, ignored: 0, rejected: [] }, answer.body);
  assert.deepEqual(new Set(ingest.events().map(({ switch_id }) => switch_id)), new Set(['pbx-7']));
});

test('a key of one switch publishes for no other, and need not name its own', async (t) => {
  const ingest = await startIngest(t);
  const asked = async (url: string, event: Record<string, string>) => {
    const answer = await ingest.post(url, JSON.stringify(event), { 'x-api-key': keys.bound });
    return answer.json<Answer>().data.rejected[0]?.code ?? 'accepted';
  };
  const event = channelEvent('CHANNEL_ANSWER', createdUs);
  assert.equal(await asked(freeswitch, event), 'SWITCH_NOT_ALLOWED');
  assert.equal(await asked(`${freeswitch}?switch=pbx-8`, event), 'SWITCH_NOT_ALLOWED');
  assert.equal(await asked(`${freeswitch}?switch=pbx-7`, event), 'accepted');
  assert.equal(await asked(freeswitch, { ...event, 'FreeSWITCH-Switchname': '' }), 'accepted');
});

const failure = (answer: { statusCode: number; json: <T>() => T }) => [
  answer.statusCode,
  answer.json<Failure>().error.code,
];

test('who may not, may not, and is told how', async (t) => {
  const ingest = await startIngest(t);
  const send = async (headers: Record<string, string>) => ingest.post('/v1/events', '{}', headers);
  assert.deepEqual(failure(await send({ 'x-api-key': '' })), [401, 'INVALID_TOKEN']);
  assert.deepEqual(failure(await send({ 'x-api-key': 'sk_live_unknown' })), [401, 'INVALID_TOKEN']);
  assert.match(String((await send({ 'x-api-key': '' })).headers['www-authenticate']), /^Bearer/);
  assert.deepEqual(failure(await send({ 'x-api-key': keys.reader })), [403, 'INSUFFICIENT_SCOPE']);
  assert.deepEqual(failure(await send({ authorization: 'Bearer sk_live_other' })), [400, 'CONFLICTING_CREDENTIALS']);
  const unknowing = await startIngest(t, { directory: () => null });
  const answer = await unknowing.post('/v1/events', '{}');
  assert.deepEqual(failure(answer), [503, 'SERVICE_UNAVAILABLE']);
  assert.equal(answer.headers['retry-after'], '1');
  assert.equal(ingest.published.length, 0);
});

test('bodies that cannot be taken', async (t) => {
  const ingest = await startIngest(t);
  const send = async (body: string, type = 'application/json') =>
    failure(await ingest.post('/v1/events', body, { 'content-type': type }));
  assert.deepEqual(await send('[{"type":'), [400, 'MALFORMED_JSON']);
  assert.deepEqual(await send(''), [400, 'MALFORMED_JSON']);
  assert.deepEqual(await send('{}', 'application/xml'), [415, 'UNSUPPORTED_MEDIA_TYPE']);
  const form = 'application/x-www-form-urlencoded';
  assert.deepEqual(await send('{}', form), [415, 'UNSUPPORTED_MEDIA_TYPE']);
  assert.deepEqual(await send('{}', 'text/event-plain'), [415, 'UNSUPPORTED_MEDIA_TYPE']);
  assert.deepEqual(await send('{}', 'text/plain'), [415, 'UNSUPPORTED_MEDIA_TYPE']);
  assert.deepEqual(await send(`[${'0,'.repeat(10_000)}0]`), [413, 'PAYLOAD_TOO_LARGE']);
  assert.deepEqual(await send('0\n'.repeat(10_001), 'application/x-ndjson'), [413, 'PAYLOAD_TOO_LARGE']);
  assert.deepEqual(await send(' '.repeat(10 * 1024 * 1024 + 1)), [413, 'PAYLOAD_TOO_LARGE']);
  assert.equal(ingest.published.length, 0);
});

test('what is refused before any route is told as everything else', async (t) => {
  const { app } = await startIngest(t);
  const headers = { 'x-api-key': keys.all };
  const table = [
    ['GET', '/v1/events', 405, 'METHOD_NOT_ALLOWED'],
    ['POST', '/v1/recordings/r', 405, 'METHOD_NOT_ALLOWED'],
    ['PUT', `/v1/recordings/${'x'.repeat(301)}`, 404, 'RESOURCE_NOT_FOUND'],
    ['PUT', `/v1/recordings/${'x'.repeat(201)}?switch=s`, 422, 'VALIDATION_ERROR'],
    ['PUT', '/v1/recordings/%ff', 400, 'MALFORMED_REQUEST'],
    ['POST', '/v1/nothing', 404, 'RESOURCE_NOT_FOUND'],
  ] as const;
  for (const [method, url, status, code] of table) {
    const audio = {
      ...headers,
      'content-type': 'audio/wav',
      'content-length': '1',
      'x-content-sha256': 'a'.repeat(64),
    };
    const answer = await app.inject({ method, url, headers: method === 'PUT' ? audio : headers });
    assert.deepEqual(failure(answer), [status, code], url);
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.equal(answer.headers['content-security-policy'], "default-src 'none'; frame-ancestors 'none'");
    assert.equal(answer.headers['x-request-id'], answer.json<Failure>().error.request_id);
  }
  assert.equal((await app.inject({ url: '/v1/events', headers })).headers['allow'], 'POST');
});

test('a bug is a 500 that tells nothing, whatever the error looks like', async (t) => {
  const ingest = await startIngest(t, {
    publish: async () => {
      throw Object.assign(new Error('secret path'), { code: 'ERR_INVALID_ARG_TYPE' });
    },
  });
  const answer = await ingest.post(freeswitch, JSON.stringify(callEvents()));
  assert.deepEqual(failure(answer), [500, 'INTERNAL_ERROR']);
  assert.doesNotMatch(answer.body, /secret path/);
});

test('nothing is told as accepted that is not safe', async (t) => {
  class Full extends Error {}
  const ingest = await startIngest(t, {
    publish: async () => {
      throw new Full();
    },
    isPassing: (error) => error instanceof Full,
  });
  const answer = await ingest.post(freeswitch, JSON.stringify(callEvents()));
  assert.deepEqual(failure(answer), [503, 'SERVICE_UNAVAILABLE']);
  assert.ok(Number(answer.headers['retry-after']) > 0);
});

test('more bytes at once than fit in memory are refused, and room comes back', async (t) => {
  const release = Promise.withResolvers<void>();
  const ingest = await startIngest(t, {
    publish: async () => release.promise,
    limits: {
      mostBodyBytes: 1000,
      mostUploads: 1,
      mostUploadBytes: 1,
      requestTimeoutMs: 60_000,
      idleTimeoutMs: 10_000,
    },
  });
  const body = JSON.stringify({ type: 'x'.repeat(500) });
  const first = ingest.post('/v1/events', body);
  assert.deepEqual(failure(await ingest.post('/v1/events', body)), [503, 'SERVICE_UNAVAILABLE']);
  release.resolve();
  assert.equal((await first).statusCode, 202);
  assert.equal((await ingest.post('/v1/events', body)).statusCode, 202);
});

test('the reference says every route, and the schema of an event once', async (t) => {
  const { app } = await startIngest(t);
  const reference = (await app.inject('/v1/openapi.json')).json<{
    openapi: string;
    paths: Record<string, Record<string, { requestBody?: { content: Record<string, unknown> } }>>;
    components: { schemas: Record<string, { anyOf: { title: string }[] }> };
  }>();
  assert.equal(reference.openapi, '3.1.0');
  assert.deepEqual(
    Object.keys(reference.paths).sort(),
    [
      ...Object.values(dialects).flatMap(({ path, name }) => [path, `/v1/validate/${name}`]),
      '/v1/recordings/{recording_id}',
    ].sort(),
  );
  const titles = reference.components.schemas['Event']?.anyOf.map(({ title }) => title) ?? [];
  assert.ok(titles.includes('leg.created') && !titles.includes('recording.stored'));
  assert.match(JSON.stringify(reference.paths['/v1/events']?.['post']?.requestBody), /components\/schemas\/Event/);
  assert.equal((await app.inject('/docs/')).statusCode, 200);
});

test('probes and metrics tell what there is to know', async (t) => {
  const checks = { spool: () => ({ ready: false, state: '9 of 10 bytes wait for Kafka' }) };
  const ingest = await startIngest(t, { checks });
  const ready = await ingest.app.inject('/readyz');
  assert.deepEqual(
    [ready.statusCode, ready.json<unknown>()],
    [503, { ready: false, checks: { spool: '9 of 10 bytes wait for Kafka' } }],
  );
  assert.equal((await ingest.app.inject('/livez')).statusCode, 200);
  await ingest.post(freeswitch, JSON.stringify([...callEvents(), {}]));
  const { body } = await ingest.app.inject('/metrics');
  assert.match(body, /trunkline_ingest_records_total\{dialect="freeswitch-events",outcome="accepted".*\} 12/);
  assert.match(body, /trunkline_ingest_rejections_total\{dialect="freeswitch-events",code="MISSING_FIELD".*\} 1/);
  assert.deepEqual(failure(await ingest.app.inject('/v1/nothing')), [404, 'RESOURCE_NOT_FOUND']);
});
