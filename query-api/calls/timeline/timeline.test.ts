import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { assembleCall } from '../../../processors/calls/assembly/assemble-call.ts';
import { identityOf } from '../../../processors/calls/assembly/identity.ts';
import { toEventSet } from '../../../processors/calls/assembly/event-set.ts';
import { anyEvents } from '../../../processors/testing/any-events.ts';
import { at, eventTable } from '../../../processors/testing/event-table.ts';
import { createRandom } from '../../../processors/testing/random.ts';
import { someCalls } from '../../../processors/testing/scenarios.ts';
import type { CallRow } from '../../../schemas/call-row.ts';
import type { Event } from '../../../schemas/events.ts';
import { callFound } from '../../testing/memory-readers.ts';
import { type CallFacts, factsOf } from './facts.ts';
import { type Entry, entryAt, type Timeline, timelineOf } from './timeline.ts';
import { timelineText } from './timeline-text.ts';
import { wordsOf } from './words.ts';

type Told = { row: CallRow; facts: CallFacts; timeline: Timeline };

const tell = (events: readonly Event[]): Told => {
  const row = assembleCall(identityOf({ tenant_id: 'acme', call_key: 'a' }, at(0)), events);
  const facts = factsOf(callFound(row), toEventSet(events).events);
  return { row, facts, timeline: timelineOf(facts) };
};

/** `seconds words` of each entry. */
const lines = (table: string): string[] => {
  const { facts, timeline } = tell(eventTable(table));
  return timeline.entries.map((entry) => `${entry.offsetMs / 1000} ${wordsOf(entry, facts.row)}`);
};

const caller = '0 leg.created a dir=in kind=trunk from=+15550001 to=1002';
const callee = `${caller}
  1 leg.created  b dir=out kind=user to=1002
  2 leg.progress b`;
const talk = `${callee}
  5 leg.answered b
  5 leg.bridged  a with=b id=bridge`;

suite('a timeline', () => {
  test('of an ordinary call', () => {
    assert.deepEqual(lines(`${talk}\n20 leg.ended b q850=16 cause=NORMAL_CLEARING\n20.1 leg.ended a q850=16`), [
      '0 being set up',
      '1 calling 1002',
      '2 ringing 1002',
      '5 talking with 1002',
      '20 with the switch alone',
      '20.1 ended by the callee: NORMAL_CLEARING',
    ]);
  });

  test('of a menu, a queue and an agent', () => {
    assert.deepEqual(
      lines(`${caller}
        1  leg.answered    a
        1  app.entered     a app=ivr name=main
        4  app.left        a app=ivr
        6  queue.entered   a visit=v queue=sales position=3
        8  leg.created     b dir=out kind=user to=2001
        9  leg.progress    b
        9  queue.offered   a visit=v attempt=1 agent=ann agent_leg=b
        12 leg.answered    b
        12 queue.connected a visit=v agent=ann agent_leg=b
        12 leg.bridged     a with=b
        30 leg.ended       a q850=16
        30 queue.completed a visit=v agent=ann by=agent
        30 leg.ended       b q850=16`),
      [
        '0 being set up',
        '1 in the menu main',
        '4 with the switch alone',
        '6 waiting in queue sales, entered at position 3',
        '8 waiting in queue sales, entered at position 3, ringing ann (2001)',
        '12 talking with ann (2001)',
        '30 ended by the agent',
      ],
    );
  });

  test('of a hold, a park and a transfer', () => {
    assert.deepEqual(
      lines(`${talk}
        7    leg.held        a
        9    leg.resumed     a
        10   leg.transferred b transfer=blind target=1003
        10   leg.unbridged   a with=b
        10.1 leg.ended       b q850=16 cause=BLIND_TRANSFER
        10.2 leg.created     c dir=out kind=user to=1003
        11   leg.progress    c
        15   leg.answered    c
        15   leg.bridged     a with=c
        16   leg.bridged     a bridge=lot bridge_kind=park
        16   leg.unbridged   a with=c
        18   leg.unbridged   a bridge=lot bridge_kind=park
        18   leg.bridged     a with=c
        20   leg.ended       a q850=16
        20   leg.ended       c q850=16`).slice(3),
      [
        '5 talking with 1002',
        '7 on hold',
        '9 talking with 1002',
        '10 being transferred to 1003',
        '10.2 being transferred to 1003, ringing 1003',
        '15 talking with 1003',
        '16 parked',
        '18 talking with 1003',
        '20 ended by the caller',
      ],
    );
  });

  test('of a consultation, a conference and voicemail', () => {
    assert.deepEqual(
      lines(`${talk}
        7  leg.held     a
        8  leg.created  c dir=out kind=user to=1003
        9  leg.answered c
        9  leg.bridged  b with=c
        12 leg.unbridged b with=c
        12 leg.resumed  a
        20 leg.ended    a
        20 leg.ended    b
        20 leg.ended    c`).slice(3, 7),
      ['5 talking with 1002', '7 on hold', '9 on hold, while 1002 and 1003 talk', '12 talking with 1002'],
    );
    assert.deepEqual(lines(`${caller}\n1 app.entered a app=conference name=42\n9 leg.ended a`).slice(1), [
      '1 in the conference 42',
      '9 ended by the caller',
    ]);
    assert.deepEqual(
      lines(`${callee}\n8 leg.ended b q850=19\n9 app.entered a app=voicemail\n12 leg.ended a`).slice(2),
      ['2 ringing 1002', '8 with the switch alone', '9 in voicemail', '12 ended'],
    );
  });

  test('of a call that goes on: its last state has no end', () => {
    const { timeline } = tell(eventTable(`${talk}\n9 leg.progress a`));
    const last = timeline.entries.at(-1);
    assert.deepEqual([last?.state, last?.to, last?.durationMs], ['talking', null, 4000]);
  });

  test('names the event that began a state', () => {
    const { timeline } = tell(eventTable(`${talk}\n8 leg.ended b\n9 leg.ended a id=end`));
    const since = (state: string) => timeline.entries.find((entry) => entry.state === state)?.since;
    assert.deepEqual(since('talking'), { event_id: 'bridge', type: 'leg.bridged' });
    assert.deepEqual(since('ended'), { event_id: 'end', type: 'leg.ended' });
  });

  test('withholds what the caller withheld', () => {
    const { facts, timeline } = tell(
      eventTable(`
        0 leg.created b dir=out kind=user to=1002 shown=restricted
        0 leg.created a dir=in kind=trunk from=+15550001 name=Ann to=1002 shown=restricted
        5 leg.answered b
        5 leg.bridged  b with=a
        9 leg.ended    a`),
    );
    assert.doesNotMatch(timelineText(facts.row, timeline.entries, false), /5550001|Ann/);
  });

  test('as a page of text', () => {
    const { facts, timeline } = tell(
      eventTable(
        `${talk}\n6 recording.started a recording=rec\n9 leg.ended a q850=16\n9 leg.ended b\n9 recording.stored a recording=rec duration_ms=3000`,
      ),
    );
    assert.equal(
      timelineText(facts.row, timeline.entries, false),
      `${facts.row.call_id}
inbound call from +15550001 to 1002, answered
2026-01-05 10:00:00.000 UTC, 0:09.000 long: talked 0:04.000, on hold 0:00.000, waited 0:00.000

offset    UTC           the call is          audio from
0:00.000  10:00:00.000  being set up
0:01.000  10:00:01.000  calling 1002
0:02.000  10:00:02.000  ringing 1002
0:05.000  10:00:05.000  talking with 1002    rec 0:00.000
0:09.000  10:00:09.000  ended by the caller
`,
    );
  });
});

suite('the audio', () => {
  const recorded = (stored: string) =>
    tell(
      eventTable(`${talk}
        6  recording.started a
        8  recording.paused  a
        11 recording.resumed a
        12 leg.held          a
        13 leg.resumed       a
        20 leg.ended         a
        20 leg.ended         b
        20 recording.stopped a
        21 recording.stored  a ${stored}`),
    );
  const offsets = ({ facts, timeline }: Told, ...seconds: number[]): (number | undefined)[] =>
    seconds.map((second) => entryAt(timeline, facts, at(second))?.audio[0]?.offsetMs);

  test('is aligned with the call, pauses left out', () => {
    const told = recorded('duration_ms=11000');
    assert.deepEqual(
      told.timeline.entries.map(({ state, audio }) => [state, audio[0]?.offsetMs]),
      [
        ['setup', undefined],
        ['dialling', undefined],
        ['ringing', undefined],
        ['talking', 0],
        ['on_hold', 3000],
        ['talking', 4000],
        ['ended', undefined],
      ],
    );
    assert.deepEqual(offsets(told, 5, 6, 7.5, 8, 10, 11, 12, 19.999, 20), [
      undefined,
      0,
      1500,
      undefined,
      undefined,
      2000,
      3000,
      10_999,
      undefined,
    ]);
  });

  test('has silence in a pause where its length says so', () => {
    assert.deepEqual(offsets(recorded('duration_ms=14000'), 7, 9, 12), [1000, 3000, 6000]);
  });

  test('is not there of what was deleted or never made', () => {
    const { timeline } = tell(
      eventTable(`${talk}\n6 recording.started a\n7 recording.failed a reason=absent\n9 leg.ended a`),
    );
    assert.ok(timeline.entries.every(({ audio }) => audio.length === 0));
  });
});

const sumOf = (entries: readonly Entry[], countsAs: Entry['countsAs']): number =>
  entries.filter((entry) => entry.countsAs === countsAs).reduce((sum, { durationMs }) => sum + durationMs, 0);

const checkPartition = ({ facts, timeline: { entries } }: Told): void => {
  let from = facts.startedAt;
  for (const entry of entries) {
    assert.equal(entry.from, from, 'begins where the one before ended');
    assert.ok(entry.durationMs >= 0 && entry.offsetMs >= 0);
    from = entry.to ?? facts.until;
    assert.ok(entry.to === null || entry.to > entry.from);
  }
  assert.equal(from, facts.until);
  assert.equal(entries.at(-1)?.state === 'ended', facts.endedAt !== null);
  assert.equal(entries.filter(({ state }) => state === 'ended').length, facts.endedAt === null ? 0 : 1);
};

/** Rounding: each change of state may move the sum by half a millisecond. */
const checkSums = ({ row, timeline: { entries } }: Told): void => {
  const isNear = (one: number, other: number): boolean => Math.abs(one - other) <= entries.length;
  assert.ok(isNear(sumOf(entries, 'talk'), row.talk_ms), `talk: ${sumOf(entries, 'talk')}, not ${row.talk_ms}`);
  assert.ok(isNear(sumOf(entries, 'hold'), row.hold_ms), `hold: ${sumOf(entries, 'hold')}, not ${row.hold_ms}`);
};

suite('any timeline', () => {
  test('covers the call without gap or overlap, and adds up', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const told = tell(events);
        checkPartition(told);
        checkSums(told);
        assert.ok(sumOf(told.timeline.entries, 'wait') <= told.row.wait_ms + told.timeline.entries.length);
      }),
      { numRuns: 1500 },
    );
  });

  test('has one state at every instant, that of its entry', () => {
    fc.assert(
      fc.property(anyEvents, fc.integer({ min: -2000, max: 22_000 }), (events, ms) => {
        const { facts, timeline } = tell(events);
        const instant = at(ms / 1000);
        const entry = entryAt(timeline, facts, instant);
        if (instant < facts.startedAt) assert.equal(entry, null);
        else {
          const meant = timeline.entries.filter(({ from, to }) => from <= instant && (to === null || instant < to));
          assert.equal(meant.length, 1);
          assert.equal(entry?.from, meant[0]?.from);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('of a call that was told well adds up in its waiting too', () => {
    for (const events of someCalls(createRandom(3), 40, true).calls) {
      const row = assembleCall(identityOf(events[0] as Event, at(0)), events);
      const facts = factsOf(callFound(row), toEventSet(events).events);
      const told = { row, facts, timeline: timelineOf(facts) };
      checkPartition(told);
      checkSums(told);
      assert.equal(sumOf(told.timeline.entries, 'wait'), row.wait_ms);
    }
  });

  test('of a call that changes without end is cut, and says so', () => {
    const table = Array.from(
      { length: 12_000 },
      (_, second) => `${5 + second} ${second % 2 === 0 ? 'leg.held' : 'leg.resumed'} a`,
    );
    const { timeline } = tell(eventTable(`${talk}\n${table.join('\n')}`));
    assert.deepEqual([timeline.entries.length, timeline.truncated], [5000, true]);
  });
});
