import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { rowBinaryEncoder } from '../../../runtime/row-binary.ts';
import type { CallRow } from '../../../schemas/call-row.ts';
import { callColumns, recordingColumns } from '../../../schemas/clickhouse-columns.ts';
import { rules, ruleText } from '../../../schemas/decisions.ts';
import { contentHash, encodeEvent } from '../../../schemas/event-codec.ts';
import type { Event } from '../../../schemas/events.ts';
import type { RecordingRow } from '../../../schemas/rows.ts';
import { anyEvents } from '../../testing/any-events.ts';
import { at, eventTable } from '../../testing/event-table.ts';
import { rowOf } from '../../testing/given.ts';
import { createRandom } from '../../testing/random.ts';
import { someCalls } from '../../testing/scenarios.ts';
import { assembleCall, assembleCallAndRecordings } from './assemble-call.ts';
import { toEventSet } from './event-set.ts';
import { identityOf } from './identity.ts';
import { totalMs, union } from '../../../runtime/spans.ts';

/** Each decided field is explained once by an event of the call, and the spans add up to the row's milliseconds. */
const checkExplanations = (call: CallRow, events: readonly Event[]): void => {
  const ids = new Set(['', ...events.map(({ event_id }) => event_id)]);
  assert.deepEqual(
    call.decided_by.map(({ field }) => field),
    Object.keys(rules),
  );
  for (const { field, rule, event_id } of call.decided_by) {
    assert.notEqual(ruleText(field, rule), '');
    assert.ok(ids.has(event_id), `${field} is decided by ${event_id}, which is none of the call's events`);
  }
  const of = (...kinds: readonly string[]) => union(call.spans.filter(({ kind }) => kinds.includes(kind)));
  assert.equal(totalMs(of('talk', 'hold')), call.connect_ms);
  assert.equal(totalMs(of('hold')), call.hold_ms);
  for (const { from, to } of call.spans) assert.ok(to >= from);
};

/** In a call that was told well the instants are those of the events that decided them. */
const checkInstants = (call: CallRow, events: readonly Event[]): void => {
  for (const field of ['answered_at', 'ended_at'] as const) {
    const id = call.decided_by.find((decision) => decision.field === field)?.event_id;
    assert.equal(events.find(({ event_id }) => event_id === id)?.occurred_at ?? null, call[field]);
  }
};

const rows = rowBinaryEncoder<CallRow>(callColumns);
const recordingRows = rowBinaryEncoder<RecordingRow>(recordingColumns);

suite('the row of any set of events', () => {
  test('can be written, and its spans add up', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const { call, recordings } = assembleCallAndRecordings(
          identityOf({ tenant_id: 't', call_key: 'a' }, at(0)),
          events,
        );
        rows.encode([call]);
        recordingRows.encode(recordings);
        assert.equal(call.talk_ms, call.connect_ms - call.hold_ms);
        assert.ok(call.hold_ms >= 0 && call.talk_ms >= 0 && call.duration_ms >= 0 && call.wait_ms >= 0);
        assert.ok(call.connect_ms <= call.duration_ms + 1);
        assert.equal(call.ended_at === null, call.state === 'active');
        assert.equal(call.state === 'active', call.disposition === 'in_progress');
        assert.ok(call.answered_at === null || call.answered_at >= call.started_at);
        for (const { from, to } of [...call.bridges, ...call.holds]) assert.ok(to === null || to >= from);
        checkExplanations(call, events);
      }),
      { numRuns: 1500 },
    );
  });

  test('does not depend on the order of the list nor on copies in it', () => {
    fc.assert(
      fc.property(anyEvents, fc.integer(), (events, seed) => {
        const random = createRandom(seed);
        const copies = Array.from({ length: random.next(10) }, () => ({ ...random.pick(events) }));
        assert.deepEqual(rowOf(random.shuffle([...events, ...copies]), at(0)), rowOf(events, at(0)));
      }),
      { numRuns: 1000 },
    );
  });

  test('of a real call and all its permutations and prefixes is the same, and never fails', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = createRandom(seed);
        for (const events of someCalls(random, 5, true).calls) {
          const identity = identityOf(events[0] as Event, at(0));
          const shuffled = random.shuffle(events);
          checkInstants(assembleCall(identity, events), events);
          assert.deepEqual(assembleCall(identity, shuffled), assembleCall(identity, events));
          for (let length = 0; length < shuffled.length; length += 1) assembleCall(identity, shuffled.slice(0, length));
        }
      }),
      { numRuns: 60 },
    );
  });
});

test('of two contents under one id the smaller hash holds, of copies the one received first', () => {
  const variants = eventTable(`
    0 leg.created a id=x from=1
    0 leg.created a id=x from=2
    0 leg.created a id=x from=3`);
  const smallest = variants.toSorted((a, b) => (hashOf(a) < hashOf(b) ? -1 : 1))[0] as Event;
  const copies = [...variants, { ...smallest, observed_at: at(-5) }, ...variants];
  const set = toEventSet(copies);
  assert.deepEqual([set.distinct, set.conflicting, set.events.length], [3, true, 1]);
  assert.deepEqual(set.events[0], { ...smallest, observed_at: at(-5) });
});

const hashOf = (event: Event): string => contentHash(encodeEvent(event));

test('a call of too many events is cut the same way whatever their order, and keeps its beginning and its end', () => {
  const noise = Array.from({ length: 500 }, (_, index) => `${index % 60} leg.progress b seq=${index}`).join('\n');
  const events = eventTable(`
    0  leg.created a dir=in kind=user from=1001
    ${noise}
    70 leg.ended   a q850=16`);
  const cut = (list: readonly Event[]) => toEventSet(list, 100);
  const set = cut(events);
  assert.deepEqual([set.events.length, set.truncated, set.distinct], [100, true, 502]);
  assert.deepEqual([set.events[0]?.type, set.events.at(-1)?.type], ['leg.created', 'leg.ended']);
  assert.deepEqual(cut(createRandom(1).shuffle(events)), set);
});

test('the work grows with the events, not with their square', () => {
  const row = rowOf(
    eventTable(
      Array.from({ length: 20_000 }, (_, at) => `${at} ${at % 2 === 0 ? 'leg.held' : 'leg.resumed'} a`).join('\n'),
    ),
    at(0),
  );
  assert.equal(row.holds.length, 10_000);
});
