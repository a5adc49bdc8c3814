import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import type { AssembledCall } from '../../processors/calls/assembly/assemble-call.ts';
import { assembleLinked } from '../../processors/calls/assembly/assemble-linked.ts';
import { identityOf } from '../../processors/calls/assembly/identity.ts';
import { at, eventTable } from '../../processors/testing/event-table.ts';
import { createRandom } from '../../processors/testing/random.ts';
import { someCalls } from '../../processors/testing/scenarios.ts';
import type { CallRow } from '../../schemas/call-row.ts';
import { eventToJson } from '../../schemas/event-json.ts';
import type { Event } from '../../schemas/events.ts';
import { assembleEvents } from './assemble-events.ts';
import { assembleFile } from './assemble-file.ts';
import { callJson } from './call-json.ts';
import { differences } from './json-difference.ts';

const folder = mkdtempSync(join(tmpdir(), 'trunkline-assemble-'));
after(() => rmSync(folder, { recursive: true }));

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const download = (name: string, events: readonly Event[]): string =>
  file(name, events.map((event) => JSON.stringify(eventToJson(event))).join('\n'));

const run = async (path: string, more: { id?: string; expect?: string } = {}): Promise<[number, string]> => {
  const printed: string[] = [];
  const code = await assembleFile({ file: path, id: more.id, expect: more.expect }, (text) => printed.push(text));
  return [code, printed.join('\n')];
};

const anchored = { anchor: 0 };
const events = eventTable(
  `
  0 leg.created  a dir=in kind=user from=1001 to=1002
  1 leg.created  b dir=out kind=user to=1002
  3 leg.answered b
  3 leg.bridged  a with=b
  9 leg.ended    b q850=16
  9 leg.ended    a q850=16`,
  anchored,
);

suite('a call assembled from a file', () => {
  test('is the one that the processor made, whatever the order of the lines and copies among them', async () => {
    const random = createRandom(4);
    for (const [index, own] of someCalls(random, 20, true).calls.entries()) {
      const path = download(`call-${index}.ndjson`, random.shuffle([...own, ...own.slice(0, 3)]));
      const [code, printed] = await run(path);
      assert.equal(code, 0);
      assert.deepEqual(JSON.parse(printed), JSON.parse(JSON.stringify(callJson(rowOf(own)))));
    }
  });

  test('is compared with what the API gave, and differences are told by their place', async () => {
    const call = callJson(await assembleEvents(events, undefined));
    const path = download('events.ndjson', events);
    const saved = { data: { ...call, events: [{}], events_truncated: false } };
    const same = await run(path, { expect: file('same.json', JSON.stringify(saved)) });
    assert.deepEqual([same[0], same[1].split(':')[0]], [0, 'the same']);
    const other = file('other.json', JSON.stringify({ ...call, disposition: 'busy', legs: [] }));
    const [code, printed] = await run(path, { expect: other });
    assert.equal(code, 1);
    assert.match(printed, /^- disposition: "busy"\n\+ disposition: "answered"$/m);
    assert.match(printed, /^\+ legs\.0: \{"leg_id":"a"/m);
  });

  test('of which no event tells when it began is known by its id', async () => {
    const without = eventTable('1 leg.created a dir=in kind=user from=1\n2 leg.ended a');
    const { call_id } = identityOf({ tenant_id: 'acme', call_key: 'a' }, at(0.5));
    assert.equal((await assembleEvents(without, call_id)).call_started_at, at(0.5));
    assert.equal((await assembleEvents(without, undefined)).call_started_at, at(1));
  });

  test('must be the one that is meant', async () => {
    const two = [...events, ...eventTable('0 leg.created z call=z dir=in from=1', anchored)];
    await assert.rejects(
      assembleEvents(two, undefined),
      /events of 2 calls \(call_\w+, call_\w+\): say which with --id/,
    );
    const { call_id } = identityOf({ tenant_id: 'acme', call_key: 'z' }, at(0));
    assert.equal((await assembleEvents(two, call_id)).call_key, 'z');
    await assert.rejects(assembleEvents(events, call_id), /not the events of call_\w+, but of call_\w+/);
  });

  test('what is no event is told with its line', async () => {
    const good = JSON.stringify(eventToJson(events[0] as Event));
    const { call_key: _, ...broken } = eventToJson(events[0] as Event);
    for (const [text, said] of [
      ['', /has no events/],
      [`${good}\n\nnot json`, /bad\.ndjson:3 is no event: download them/],
      [`${good}\n{"type":"leg.levitated"}`, /bad\.ndjson:2 is no event/],
      [JSON.stringify(broken), /bad\.ndjson:1: no valid leg\.created: /],
    ] as const) {
      await assert.rejects(run(file('bad.ndjson', text)), said);
    }
    await assert.rejects(run(join(folder, 'none')), /cannot read .*none/);
    await assert.rejects(run(download('ok', events), { expect: file('list.json', '[]') }), /list\.json is no call/);
  });
});

/** The row that all these events make together. */
const rowOf = (own: readonly Event[]): CallRow => {
  const parts = [...Map.groupBy(own, ({ call_key }) => call_key).values()].map((events) => {
    const told = events.find(({ call_started_at }) => call_started_at !== null) as Event;
    return { identity: identityOf(told, told.call_started_at as number), events };
  });
  return (assembleLinked(parts)[0] as AssembledCall).call;
};

test('differences of JSON are as deep as they lie', () => {
  assert.deepEqual(differences({ a: [1, { b: 2 }], c: null }, { a: [1, { b: 3 }], d: {} }), [
    { path: 'a.1.b', expected: 2, actual: 3 },
    { path: 'c', expected: null, actual: undefined },
    { path: 'd', expected: undefined, actual: {} },
  ]);
});
