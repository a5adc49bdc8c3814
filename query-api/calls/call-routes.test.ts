import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Compile } from 'typebox/compile';
import { type EventJson, eventFromJson } from '../../schemas/event-json.ts';
import type { Event } from '../../schemas/events.ts';
import { createCursors } from '../listing/cursor.ts';
import { callFound, fixedLinks, memoryCalls } from '../testing/memory-readers.ts';
import { legRow, second, tenOClock } from '../testing/rows.ts';
import { directoryOf, testApp } from '../testing/test-app.ts';
import { callDetail } from './call-body.ts';
import { Call, CallEventPair } from './call-schemas.ts';

const { directory, secrets } = directoryOf({
  acme: { tenantId: 'acme', scopes: ['calls:read'] },
  acmeAll: { tenantId: 'acme', scopes: ['calls:read', 'recordings:read'] },
  globex: { tenantId: 'globex', scopes: ['*'] },
});

const full = callFound({
  legs: [legRow(), legRow({ leg_id: 'leg-b', role: 'callee', direction: 'out', endpoint: 'user/101', sip_code: 200 })],
  bridges: [
    { leg_id: 'leg-a', other_leg_id: 'leg-b', bridge_id: 'b1', kind: 'talk', from: tenOClock + 2 * second, to: null },
  ],
  holds: [{ leg_id: 'leg-a', from: tenOClock + 10 * second, to: tenOClock + 20 * second }],
  transfers: [
    {
      at: tenOClock + 30 * second,
      kind: 'blind',
      by_leg_id: 'leg-b',
      from: '101',
      to: '102',
      consult_leg_id: '',
      completed: true,
      reason: 'none',
    },
  ],
  callback_of_call_key: 'earlier',
  callback_of_visit_id: 'v0',
  queue_visits: [
    {
      visit_id: 'v1',
      queue_id: 'sales',
      entered_at: tenOClock,
      connected_at: null,
      left_at: null,
      ended_at: null,
      outcome: 'waiting',
      origin: 'call',
      agent_id: '',
      agent_leg_id: '',
      wait_ms: 0,
      ring_ms: null,
      connect_ms: 0,
      hold_ms: null,
      ended_by: '',
      offers: [{ attempt_id: 'a1', agent_id: '101', at: tenOClock, outcome: '', ring_ms: null }],
    },
  ],
  recordings: [
    {
      recording_id: 'rec_1',
      status: 'available',
      leg_id: 'leg-a',
      started_at: tenOClock,
      duration_ms: 61_999,
      bytes: 5,
    },
  ],
  has_recording: true,
  quality: ['late'],
  decided_by: [
    { field: 'disposition', rule: 'caller_talked', event_id: 'e9' },
    { field: 'direction', rule: 'no_leg', event_id: '' },
    { field: 'disposition_of_another_version', rule: 'x', event_id: '' },
  ],
});

const created: Event = {
  observed_at: tenOClock + 5,
  clock_offset_ms: null,
  event_id: 'e1',
  tenant_id: 'acme',
  switch_id: 'pbx1',
  switch_kind: 'freeswitch',
  boot_id: 'b',
  native: { name: 'CHANNEL_CREATE', id: 'leg-a', seq: 1 },
  call_key: 'call-key-1',
  call_started_at: tenOClock,
  leg_id: 'leg-a',
  other_leg_id: null,
  occurred_at: tenOClock,
  occurred_precision: 'us',
  extra: { channel: 'sofia/trunk/+442071111111@carrier' },
  type: 'leg.created',
  payload: {
    parent_leg_id: null,
    leg: {
      created_at: tenOClock,
      direction: 'in',
      endpoint: 'sofia/trunk/+442071111111@carrier',
      endpoint_kind: 'trunk',
      caller_number: '+442071111111',
      caller_name: 'Ann Secret',
      caller_presentation: 'restricted',
      dialled: '101',
      context: 'public',
      sip_call_id: 'abc@carrier',
    },
  },
};

const appWith = async (...given: Parameters<typeof memoryCalls>) => {
  const { reader, asked } = memoryCalls(...given);
  const app = await testApp({ directory: () => directory, calls: reader, links: fixedLinks });
  const get = async (url: string, secret: string = secrets.acme) =>
    app.inject({ url, headers: { 'x-api-key': secret } });
  return { app, get, asked };
};

describe('a call', () => {
  test('is shown as its schema says, with every nested part', async () => {
    const { app, get } = await appWith([full], { events: [created] });
    const response = await get(`/v1/calls/${full.call_id}`, secrets.acmeAll);
    assert.equal(response.statusCode, 200);
    const { data } = response.json<{ data: unknown }>();
    const validator = Compile(Call);
    assert.deepEqual(validator.Errors(data), []);
    assert.partialDeepStrictEqual(data, {
      id: full.call_id,
      call_uuid: 'call-key-1',
      started_at: '2026-01-20T10:00:00.000000Z',
      duration_ms: 62_000,
      duration_seconds: 62,
      billsec: 60,
      caller: { number: '02071111111', e164: '+442071111111', name: 'Ann', presentation: 'allowed' },
      hangup_cause: 'NORMAL_CLEARING',
      cause_q850: 16,
      sip_code: null,
      answered_by: { kind: 'user', id: '101', leg_id: 'leg-b', amd: null },
      callback_of: { call_uuid: 'earlier', visit_id: 'v0' },
      bridges: [{ bridge_id: 'b1', started_at: '2026-01-20T10:00:02.000000Z', ended_at: null }],
      holds: [{ leg_id: 'leg-a', started_at: '2026-01-20T10:00:10.000000Z', ended_at: '2026-01-20T10:00:20.000000Z' }],
      transfers: [{ from: '101', to: '102', consult_leg_id: null, completed: true, reason: null }],
      queue_visits: [
        { queue_id: 'sales', agent_id: null, outcome: 'waiting', offers: [{ agent_id: '101', outcome: null }] },
      ],
      recordings: [{ id: 'rec_1', duration_seconds: 61, size_bytes: 5, download_url: 'http://s3/rec_1' }],
      events: [{ type: 'leg.created', occurred_at: '2026-01-20T10:00:00.000000Z' }],
      quality: ['late'],
      decided_by: {
        disposition: {
          rule: 'caller_talked',
          text: 'The caller was connected with a person or a conference; this event began it.',
          event_id: 'e9',
        },
        direction: { rule: 'no_leg', text: 'No event tells of a leg.', event_id: null },
      },
    });
    await app.close();
  });

  test('has no download link for a key that may not hear recordings', async () => {
    const { app, get } = await appWith([full]);
    const { data } = (await get(`/v1/calls/${full.call_id}`)).json<{ data: { recordings: unknown[] } }>();
    assert.partialDeepStrictEqual(data.recordings, [
      { id: 'rec_1', download_url: null, download_url_expires_at: null },
    ]);
    await app.close();
  });

  test('is found by the switch’s own id', async () => {
    const { app, get } = await appWith([full]);
    assert.equal((await get('/v1/calls/call-key-1')).statusCode, 200);
    await app.close();
  });

  test('is not there for another tenant, in the same words as one that does not exist', async () => {
    const { app, get } = await appWith([full]);
    const foreign = await get(`/v1/calls/${full.call_id}`, secrets.globex);
    const unknown = await get('/v1/calls/call_7zzzzzzzzzzzzzzzzzzzzzzzzz', secrets.globex);
    assert.equal(foreign.statusCode, 404);
    const withoutId = (body: string): string => body.replace(/req_[\w-]+/, '');
    assert.equal(withoutId(foreign.body), withoutId(unknown.body));
    await app.close();
  });

  test('a parameter that means nothing is refused, as in listings', async () => {
    const { app, get } = await appWith([full]);
    for (const path of [full.call_id, `${full.call_id}/events`]) {
      const response = await get(`/v1/calls/${path}?foo=1`);
      assert.equal(response.statusCode, 422);
      assert.match(response.body, /"field":"foo"/);
    }
    await app.close();
  });

  test('an id of the switch that several calls have is a conflict', async () => {
    const { app, get } = await appWith([full]);
    const response = await get('/v1/calls/twice');
    assert.deepEqual(
      [response.statusCode, response.json<{ error: { code: string } }>().error.code],
      [409, 'AMBIGUOUS_ID'],
    );
    await app.close();
  });
});

describe('the events of a call', () => {
  const events = [created, { ...created, event_id: 'e2' }, { ...created, event_id: 'e3' }];
  const url = `/v1/calls/${full.call_id}/events`;

  test('are shown beside what the switch told, as the schema says', async () => {
    const { app, get } = await appWith([full], { events });
    const { data, links } = (await get(`${url}?limit=2`)).json<{ data: unknown[]; links: { next: string } }>();
    const validator = Compile(CallEventPair);
    for (const one of data) assert.deepEqual(validator.Errors(one), []);
    assert.partialDeepStrictEqual(data, [
      {
        event: { event_id: 'e1', type: 'leg.created', occurred_at: '2026-01-20T10:00:00.000000Z' },
        native: { name: 'CHANNEL_CREATE', id: 'leg-a', seq: 1, fields: created.extra },
      },
      { event: { event_id: 'e2' } },
    ]);
    const last = (await get(links.next)).json<{ data: unknown[]; links: { next: null } }>();
    assert.partialDeepStrictEqual(last, { data: [{ event: { event_id: 'e3' } }], links: { next: null } });
    await app.close();
  });

  test('as a download: every one on a line of its own, in the form that ingest takes', async () => {
    const { app } = await appWith([full], { events });
    const download = async (query: string) =>
      app.inject({
        url: `${url}${query}`,
        headers: { 'x-api-key': secrets.acme, accept: 'text/html, application/x-ndjson;q=0.9' },
      });
    const response = await download('');
    assert.equal(response.headers['content-type'], 'application/x-ndjson; charset=utf-8');
    assert.deepEqual(
      response.body
        .trimEnd()
        .split('\n')
        .map((line) => eventFromJson(JSON.parse(line) as EventJson)),
      events,
    );
    assert.equal((await download('?limit=1')).statusCode, 400);
    await app.close();
  });

  test('a cursor is of its call', async () => {
    const other = callFound({ call_key: 'other' });
    const { app, get } = await appWith([full, other], { events });
    const { meta } = (await get(`${url}?limit=1`)).json<{ meta: { next_cursor: string } }>();
    assert.equal((await get(`${url}?cursor=${meta.next_cursor}`)).statusCode, 200);
    assert.equal((await get(`/v1/calls/${other.call_id}/events?cursor=${meta.next_cursor}`)).statusCode, 400);
    assert.equal((await get(`${url}?limit=5001`)).statusCode, 422);
    await app.close();
  });
});

describe('a withheld number', () => {
  const withheld = {
    caller_presentation: 'restricted',
    caller_number: '+442071111111',
    caller_e164: '+442071111111',
    caller_name: 'Ann Secret',
  } as const;

  test('is in no part of the call nor of its events', async () => {
    const { app, get } = await appWith([callFound({ ...withheld, legs: [legRow()] })], { events: [created] });
    for (const url of ['/v1/calls', '/v1/calls/call-key-1', '/v1/calls/call-key-1/events']) {
      const response = await get(url);
      assert.equal(response.statusCode, 200);
      assert.doesNotMatch(response.body, /2071111111|Ann Secret/, url);
    }
    await app.close();
  });

  test('leaves null in the call', () => {
    const body = callDetail(callFound({ ...withheld, legs: [legRow()] }), {
      links: new Map(),
      events: [],
      eventsTruncated: false,
    });
    assert.deepEqual(body.caller, { number: null, e164: null, name: null, presentation: 'restricted' });
    assert.equal(body.legs[0]?.endpoint, null);
  });
});

describe('the list', () => {
  test('reads filters as they are meant', async () => {
    const { app, get, asked } = await appWith([full]);
    const query =
      'from=2026-01-20T11:00:00%2B01:00&to=2026-01-21&state=active&direction=inbound&disposition=busy&caller=+441&callee=101&native_id=x&has_recording=1&min_duration=5&max_duration=9&sort=started_at&limit=7';
    assert.equal((await get(`/v1/calls?${query}`)).statusCode, 200);
    assert.deepEqual(asked, [
      {
        tenantId: 'acme',
        filters: {
          from: tenOClock,
          to: tenOClock + 14 * 3600 * second,
          direction: 'inbound',
          state: 'active',
          disposition: 'busy',
          caller: '+441',
          callee: '101',
          nativeId: 'x',
          hasRecording: true,
          minSeconds: 5,
          maxSeconds: 9,
        },
        page: { order: 'oldest', limit: 7, page: null, place: { after: null }, wantsTotal: false },
      },
    ]);
    await app.close();
  });

  const pages: readonly [string, object][] = [
    ['', { order: 'newest', limit: 25, page: null, place: { after: null }, wantsTotal: false }],
    ['page=3', { order: 'newest', limit: 25, page: 3, place: { offset: 50 }, wantsTotal: true }],
    ['offset=30&limit=10', { order: 'newest', limit: 10, page: null, place: { offset: 30 }, wantsTotal: true }],
    [
      'offset=0&include_total=false',
      { order: 'newest', limit: 25, page: null, place: { offset: 0 }, wantsTotal: false },
    ],
    [
      'limit=5000&include_total=true',
      { order: 'newest', limit: 5000, page: null, place: { after: null }, wantsTotal: true },
    ],
    ['sort=-started_at', { order: 'newest', limit: 25, page: null, place: { after: null }, wantsTotal: false }],
  ];
  for (const [query, page] of pages) {
    test(`pages: ${query || 'nothing asked'}`, async () => {
      const { app, get, asked } = await appWith([full]);
      assert.equal((await get(`/v1/calls?${query}`)).statusCode, 200);
      assert.deepEqual(asked[0]?.page, page);
      await app.close();
    });
  }

  const refused: readonly [string, number, string, string?][] = [
    ['page=1&cursor=abc', 400, 'CONFLICTING_PARAMETERS'],
    ['offset=1&page=2', 400, 'CONFLICTING_PARAMETERS'],
    ['from=2026-01-01&dateFrom=2026-01-01', 400, 'CONFLICTING_PARAMETERS'],
    ['cursor=abc', 400, 'INVALID_CURSOR'],
    ['limit=0', 422, 'VALIDATION_ERROR', 'limit'],
    ['limit=5001', 422, 'VALIDATION_ERROR', 'limit'],
    ['limit=101&page=1', 422, 'VALIDATION_ERROR', 'limit'],
    ['page=401&limit=25', 422, 'VALIDATION_ERROR', 'page'],
    ['offset=9990&limit=11', 422, 'VALIDATION_ERROR', 'offset'],
    ['from=yesterday', 422, 'VALIDATION_ERROR', 'from'],
    ['dateFrom=yesterday', 422, 'VALIDATION_ERROR', 'dateFrom'],
    ['from=2026-01-02&to=2026-01-02', 422, 'VALIDATION_ERROR', 'to'],
    ['min_duration=9&max_duration=5', 422, 'VALIDATION_ERROR', 'max_duration'],
    ['min_duration=-1', 422, 'VALIDATION_ERROR', 'min_duration'],
    ['direction=up', 422, 'VALIDATION_ERROR', 'direction'],
    ['has_recording=maybe', 422, 'VALIDATION_ERROR', 'has_recording'],
    [`caller=${'1'.repeat(101)}`, 422, 'VALIDATION_ERROR', 'caller'],
    ['tenant_id=globex', 422, 'VALIDATION_ERROR', 'tenant_id'],
  ];
  for (const [query, status, code, field] of refused) {
    test(`refuses ${query.slice(0, 40)}`, async () => {
      const { app, get, asked } = await appWith([full]);
      const response = await get(`/v1/calls?${query}`);
      const { error } = response.json<{ error: { code: string; details: { field: string }[] } }>();
      assert.deepEqual([response.statusCode, error.code], [status, code]);
      if (field !== undefined) assert.equal(error.details[0]?.field, field);
      assert.deepEqual(asked, []);
      await app.close();
    });
  }

  test('gives the next page by the cursor, under the prefix the client uses, with its filters', async () => {
    const next = { at: tenOClock, id: full.call_id };
    const { app, get, asked } = await appWith([full], { next });
    const { meta, links } = (await get('/api/v1/calls?state=ended&limit=1')).json<{
      meta: { next_cursor: string };
      links: { next: string };
    }>();
    assert.equal(links.next, `/api/v1/calls?state=ended&limit=1&cursor=${meta.next_cursor}`);
    assert.equal((await get(links.next)).statusCode, 200);
    assert.partialDeepStrictEqual(asked[1], { page: { place: { after: next } } });
    await app.close();
  });

  test('gives the next page by number to who counts in pages', async () => {
    const { app, get } = await appWith([full], { next: { at: 1, id: 'x' } });
    const { meta, links } = (await get('/v1/calls?page=2&limit=1')).json<{ meta: object; links: { next: string } }>();
    assert.partialDeepStrictEqual(meta, { current_page: 2, per_page: 1, total: 1, total_relation: 'eq' });
    assert.equal(links.next, '/v1/calls?page=3&limit=1');
    await app.close();
  });

  test('a cursor holds for its tenant, filters and order only; the limit may change', async () => {
    const { app, get } = await appWith([full], { next: { at: tenOClock, id: full.call_id } });
    const { meta } = (await get('/v1/calls?state=ended')).json<{ meta: { next_cursor: string } }>();
    const status = async (query: string, secret?: string) =>
      (await get(`/v1/calls?${query}&cursor=${meta.next_cursor}`, secret)).statusCode;
    assert.equal(await status('state=ended&limit=3'), 200);
    assert.equal(await status('state=active'), 400);
    assert.equal(await status('state=ended&sort=oldest'), 400);
    assert.equal(await status('state=ended', secrets.globex), 400);
    const forged = createCursors(Buffer.alloc(32, 9)).encode(
      { at: 1, id: 'x' },
      { resource: 'calls', tenantId: 'acme', filters: {} },
    );
    assert.equal((await get(`/v1/calls?cursor=${forged}`)).statusCode, 400);
    await app.close();
  });
});
