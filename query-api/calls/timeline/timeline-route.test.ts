import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Compile } from 'typebox/compile';
import { assembleCall } from '../../../processors/calls/assembly/assemble-call.ts';
import { identityOf } from '../../../processors/calls/assembly/identity.ts';
import { at, eventTable } from '../../../processors/testing/event-table.ts';
import type { App } from '../../../runtime/http/app.ts';
import { isoFromMicros } from '../../../schemas/event-json.ts';
import { callFound, memoryCalls } from '../../testing/memory-readers.ts';
import { directoryOf, testApp } from '../../testing/test-app.ts';
import { TimelineData } from './timeline-body.ts';

const events = eventTable(`
  0  leg.created       a dir=in kind=trunk from=+15550001 to=800
  1  leg.answered      a
  2  queue.entered     a visit=v queue=sales position=2
  3  leg.created       b dir=out kind=user to=2001
  5  leg.answered      b
  5  queue.connected   a visit=v agent=ann agent_leg=b
  5  leg.bridged       a with=b id=bridge
  6  recording.started a recording=rec
  9  leg.ended         a q850=16 cause=NORMAL_CLEARING
  9  leg.ended         b q850=16
  10 recording.stored  a recording=rec duration_ms=3000`);
const row = assembleCall(identityOf({ tenant_id: 'acme', call_key: 'a' }, at(0)), events);
const old = callFound({ call_key: 'old' });

const { directory, secrets } = directoryOf({
  acme: { tenantId: 'acme', scopes: ['calls:read'] },
  umbra: { tenantId: 'umbra', scopes: ['calls:read'] },
  ears: { tenantId: 'acme', scopes: ['recordings:read'] },
});

let app: App;
before(async () => {
  const { reader } = memoryCalls([callFound(row), old], { events });
  app = await testApp({ directory: () => directory, calls: reader });
});
after(async () => app.close());

const get = async (query = '', { key = secrets.acme, accept = '*/*', id = row.call_id } = {}) =>
  app.inject({ url: `/v1/calls/${id}/timeline${query}`, headers: { 'x-api-key': key, accept } });

type Body = {
  data: { entries: { state: string; recordings: object[] }[] };
  meta: { truncated: boolean };
  error: { code: string; details: { field: string; message: string }[] };
};

test('is what its schema says, with parties, queue, event and audio', async () => {
  const response = await get();
  const { data, meta } = response.json<Body>();
  assert.deepEqual(Compile(TimelineData).Errors(data), []);
  assert.deepEqual(meta, { truncated: false });
  assert.partialDeepStrictEqual(data, {
    call_id: row.call_id,
    entries: [
      { state: 'setup', at: isoFromMicros(at(0)), ended_at: isoFromMicros(at(1)), offset_ms: 0, duration_ms: 1000 },
      { state: 'in_switch', counts_as: null },
      { state: 'waiting', counts_as: 'wait', queue: { queue_id: 'sales', visit_id: 'v', position: 2 } },
      { state: 'waiting', parties: [{ leg_id: 'b', role: 'agent', number: '2001', agent_id: 'ann' }] },
      {
        state: 'talking',
        text: 'talking with ann (2001)',
        counts_as: 'talk',
        since_event: { event_id: 'bridge', type: 'leg.bridged' },
        recordings: [{ recording_id: 'rec', audio_offset_ms: 0 }],
      },
      { state: 'ended', at: isoFromMicros(at(9)), ended_at: null, text: 'ended by the caller: NORMAL_CLEARING' },
    ],
  });
});

test('at an instant: its one state, with the audio of that instant', async () => {
  const { data } = (await get(`?at=${encodeURIComponent(isoFromMicros(at(7.5)))}`)).json<Body>();
  assert.equal(data.entries.length, 1);
  assert.partialDeepStrictEqual(data.entries[0], {
    state: 'talking',
    offset_ms: 5000,
    recordings: [{ recording_id: 'rec', audio_offset_ms: 1500 }],
  });
  const late = (await get('?at=2027-01-01')).json<Body>();
  assert.deepEqual(
    late.data.entries.map(({ state }) => state),
    ['ended'],
  );
});

test('an instant before the call, or none at all, is refused', async () => {
  for (const [query, said] of [
    ['?at=2025-01-01', /before the call began/],
    ['?at=noon', /ISO-8601/],
    ['?when=2026-01-01', /known are at/],
  ] as const) {
    const response = await get(query);
    assert.equal(response.statusCode, 422);
    assert.match(response.json<Body>().error.details[0]?.message ?? '', said);
  }
});

test('as text for who asks for it', async () => {
  const response = await get('', { accept: 'text/plain' });
  assert.equal(response.headers['content-type'], 'text/plain; charset=utf-8');
  assert.equal(response.headers['vary'], 'accept');
  assert.match(response.body, /^call_\w+\ninbound call from \+15550001 to 2001, answered\n/);
  assert.match(response.body, /^0:05\.000 {2}10:00:05\.000 {2}talking with ann \(2001\) .* rec 0:00\.000$/m);
});

test('of a call that an older version assembled there is none; nor for others', async () => {
  const response = await get('', { id: old.call_id });
  assert.deepEqual([response.statusCode, response.json<Body>().error.code], [409, 'TIMELINE_NOT_AVAILABLE']);
  assert.equal((await get('', { key: secrets.umbra })).statusCode, 404);
  assert.equal((await get('', { key: secrets.ears })).statusCode, 403);
});
