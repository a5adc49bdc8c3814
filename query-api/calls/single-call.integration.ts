import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';
import { startEngines } from '../../deploy/testing/engines.ts';
import { contentHash, encodeEvent } from '../../schemas/event-codec.ts';
import type { Event } from '../../schemas/events.ts';
import { callId } from '../../schemas/ids.ts';
import type { CallEventRow } from '../../schemas/rows.ts';
import { createTables } from '../listing/tables.ts';
import { apiClient } from '../testing/api-client.ts';
import { createDatabase } from '../testing/database.ts';
import { callRow, legRow, second, tenOClock } from '../testing/rows.ts';
import { directoryOf, testApp } from '../testing/test-app.ts';
import { createCallReader } from './call-reader.ts';

const engines = await startEngines({ clickhouse: true });
const database = await createDatabase(engines.clickhouse);
const { directory, secrets } = directoryOf({ acme: { tenantId: 'acme', scopes: ['calls:read'] } });
const app = await testApp({
  directory: () => directory,
  calls: createCallReader(createTables(database.clickhouse, 10_000)),
});
const acme = apiClient(app, secrets.acme);

after(async () => {
  await app.close();
  await database.drop();
  await engines.stop();
});
afterEach(async () => database.clear());

const envelope = (call_key: string, event_id: string, occurred_at: number) => ({
  observed_at: occurred_at + 5,
  clock_offset_ms: null,
  event_id,
  tenant_id: 'acme',
  switch_id: 'pbx1',
  switch_kind: 'asterisk' as const,
  boot_id: '',
  native: { name: '', id: event_id, seq: null },
  call_key,
  call_started_at: null,
  leg_id: null,
  other_leg_id: null,
  occurred_at,
  occurred_precision: 'us' as const,
  extra: {},
});
const ended = (call_key: string, id: string, at: number): Event => ({
  ...envelope(call_key, id, at),
  type: 'call.ended',
  payload: { reason: 'normal' },
});
const linked = (from: string, into: string, id: string, at: number): Event => ({
  ...envelope(into, id, at),
  type: 'call.linked',
  payload: { from_call_key: from, into_call_key: into, into_call_started_at: null, reason: 'transfer' },
});
const stored = (event: Event, anchor: number): CallEventRow => {
  const bytes = encodeEvent(event);
  return {
    tenant_id: 'acme',
    call_started_at: anchor,
    call_id: callId('acme', event.call_key, anchor),
    event_id: event.event_id,
    content_hash: contentHash(bytes),
    observed_order: 2 ** 53 - event.observed_at,
    type: event.type,
    occurred_at: event.occurred_at,
    event: bytes,
    switch_id: event.switch_id,
  };
};

type Body = {
  data: { id: string; call_uuid: string; version: number; events: { event_id: string }[]; legs: object[] };
};
const read = async (id: string): Promise<Body['data']> => {
  const response = await acme.get(`/v1/calls/${encodeURIComponent(id)}`);
  assert.equal(response.statusCode, 200, response.body);
  return response.json<Body>().data;
};

test('is its newest version, by our id or by the switch’s', async () => {
  const call = callRow({ call_key: 'PBX/170.1', native_ids: ['PBX/170.1', '170.1', '170.2'], legs: [legRow()] });
  await database.insert('calls', [call]);
  await database.insert('calls', [{ ...call, version: 2 }]);
  for (const id of [call.call_id, 'PBX/170.1', '170.1', '170.2']) {
    assert.partialDeepStrictEqual(await read(id), { id: call.call_id, version: 2, legs: [{ native_id: 'leg-a' }] });
  }
  assert.equal((await acme.get('/v1/calls/170.3')).statusCode, 404);
});

test('a switch’s id that two calls have is a conflict, and the list shows both', async () => {
  await database.insert('calls', [
    callRow({ call_key: 'A/1.1', native_ids: ['A/1.1', '1.1'] }),
    callRow({ call_key: 'B/1.1', native_ids: ['B/1.1', '1.1'] }),
  ]);
  assert.equal((await acme.get('/v1/calls/1.1')).statusCode, 409);
  assert.equal((await acme.list('/v1/calls?native_id=1.1')).data.length, 2);
  assert.equal((await read('A/1.1')).call_uuid, 'A/1.1');
});

test('the id of a call that was merged leads to the call it is part of', async () => {
  const into = callRow({ call_key: 'first', native_ids: ['first', 'second'] });
  const merged = callRow({
    call_key: 'second',
    started_at: tenOClock + second,
    state: 'merged',
    merged_into: into.call_id,
  });
  await database.insert('calls', [into, merged]);
  for (const id of [merged.call_id, 'second']) assert.equal((await read(id)).id, into.call_id);
});

test('its events are in the order of their times, each once, those of merged calls among them', async () => {
  const anchors = { first: tenOClock, second: tenOClock + second, third: tenOClock + 2 * second };
  const events = [
    linked('second', 'first', 'e2', tenOClock + 20),
    ended('first', 'e5', tenOClock + 50),
    ended('second', 'e3', tenOClock + 30),
    linked('third', 'second', 'e1', tenOClock + 10),
    ended('third', 'e4', tenOClock + 40),
    linked('never seen', 'first', 'e6', tenOClock + 60),
  ];
  const rows = events.map((event) => stored(event, anchors[event.call_key as keyof typeof anchors]));
  await database.insert('call_events', rows);
  await database.insert('call_events', rows);
  await database.insert('call_events', [stored(ended('other', 'e7', tenOClock), tenOClock)]);
  await database.insert(
    'call_anchors',
    Object.entries(anchors).map(([call_key, call_started_at]) => ({ tenant_id: 'acme', call_key, call_started_at })),
  );
  const call = callRow({ call_key: 'first', quality: ['merged'] });
  await database.insert('calls', [call]);
  const ids = ['e1', 'e2', 'e3', 'e4', 'e5', 'e6'];
  assert.deepEqual(
    (await read(call.call_id)).events.map(({ event_id }) => event_id),
    ids,
  );
  assert.deepEqual(await pagesOf(call.call_id, 1000), [ids]);
  assert.deepEqual(await pagesOf(call.call_id, 4), [ids.slice(0, 4), ids.slice(4)]);
});

/** Ids of the call's events, page by page. */
const pagesOf = async (id: string, limit: number): Promise<string[][]> => {
  const pages: string[][] = [];
  for (let next: string | null = `/v1/calls/${id}/events?limit=${limit}`; next !== null; ) {
    const body: EventPage = (await acme.get(next)).json();
    pages.push(body.data.map(({ event }) => event.event_id));
    next = body.links.next;
  }
  return pages;
};
type EventPage = { data: { event: { event_id: string } }[]; links: { next: string | null } };

test('events of one instant and of one id are on one page each, and all in the download', async () => {
  const call = callRow({ call_key: 'busy' });
  const events = Array.from({ length: 4500 }, (_, at) => ended('busy', `e${at >> 1}`, tenOClock + (at >> 3)));
  // Two contents under each id.
  const rows = events.map((event, at) => ({ ...stored(event, tenOClock), content_hash: `h${at % 2}` }));
  await database.insert('calls', [call]);
  await database.insert('call_events', rows);
  const pages = (await pagesOf(call.call_id, 1000)).flat();
  assert.equal(pages.length, events.length);
  assert.deepEqual(new Set(pages).size, events.length / 2);
  const download = await app.inject({
    url: `/v1/calls/${call.call_id}/events`,
    headers: { 'x-api-key': secrets.acme, accept: 'application/x-ndjson' },
  });
  assert.equal(download.headers['content-disposition'], `attachment; filename="${call.call_id}.ndjson"`);
  const lines = download.body.trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { event_id: string }).event_id),
    pages,
  );
});
