import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { at, eventTable } from '../testing/event-table.ts';
import { given, rowOf } from '../testing/given.ts';
import { type Announced, decide, graceUs } from './decide.ts';

const ringing = `
  0 leg.created a dir=in kind=user from=1001 to=1002
  1 leg.created b dir=out kind=user to=1002`;
const answered = `${ringing}
  5 leg.answered b
  5 leg.bridged  a with=b`;
const ended = `${answered}
  60 leg.ended b q850=16
  60 leg.ended a q850=16`;

/** The call as it was told when its row was made of these events. */
const told = (table: string, nowUs = Number.POSITIVE_INFINITY): Announced => {
  const { next } = decide(null, given(table).row(), nowUs);
  assert.ok(next !== null);
  return next;
};

const soon = at(61);

type Case = readonly [name: string, before: Announced | null, table: string, nowUs: number, types: readonly string[]];

const cases: readonly Case[] = [
  ['a new call has started', null, ringing, soon, ['call.started']],
  ['nothing is new', told(ringing), ringing, soon, []],
  ['it was answered: that changes what is shown', told(ringing), answered, soon, ['call.updated']],
  ['it only went on: what merely runs is no news', told(answered), `${answered}\n30 leg.held a`, soon, []],
  ['it ended a moment ago: what follows may correct it', told(answered), ended, soon, []],
  ['it ended, and nothing came for a while', told(answered), ended, at(61) + graceUs, ['call.ended']],
  ['it is met when it is over: it started and ended', null, ended, at(99), ['call.started', 'call.ended']],
  ['it is met when it has just ended: the end waits', null, ended, soon, ['call.started']],
  ['its end was told', told(ended), ended, at(99), []],
  ['its end was corrected', told(ended), `${ended}\n62 leg.ended b q850=16 sip=200 by=far`, at(99), ['call.updated']],
  ['a late fact that shows nowhere', told(ended), `${ended}\n20 leg.progress b progress=trying`, at(99), []],
  ['a recording was stored', told(ended), `${ended}\n70 recording.stored a`, at(99), ['call.updated']],
  ['an older row, of tables that are being built anew', told(ended), answered, at(99), []],
];

suite('what is told', () => {
  for (const [name, before, table, nowUs, types] of cases) {
    test(name, () => {
      const decision = decide(before, given(table).row(), nowUs);
      assert.deepEqual(
        decision.notifications.map(({ type }) => type),
        types,
      );
      assert.equal(decision.next === null, types.length === 0);
    });
  }

  test('a call that was told to have ended and was alive after all is corrected, and does not end twice', () => {
    const closed = `${answered}
      60 call.end_inferred a last=${at(60)}
      60 call.end_inferred b last=${at(60)}`;
    const first = told(closed);
    const alive = decide(first, given(`${closed}\n70 leg.held a\n70 leg.held b`).row(), at(99));
    assert.deepEqual(
      alive.notifications.map(({ type, changes }) => [type, changes.find(({ field }) => field === 'state')]),
      [['call.updated', { field: 'state', before: '"ended"', after: '"active"' }]],
    );
    const over = decide(
      alive.next,
      given(`${closed}\n70 leg.held a\n70 leg.held b\n80 leg.ended a\n80 leg.ended b`).row(),
      at(999),
    );
    assert.deepEqual(
      over.notifications.map(({ type }) => type),
      ['call.updated'],
    );
    assert.equal(over.next?.state, 'ended');
  });

  test('a correction says which fields, before and after', () => {
    const [note] = decide(
      told(ended),
      given(`${ended}\n70 recording.stored a recording=r1`).row(),
      at(99),
    ).notifications;
    assert.deepEqual(note?.changes, [
      { field: 'has_recording', before: 'false', after: 'true' },
      { field: 'recording_ids', before: '[]', after: '["r1"]' },
    ]);
    const [answer] = decide(told(ringing), given(answered).row(), soon).notifications;
    assert.deepEqual(
      answer?.changes.find(({ field }) => field === 'answered_at'),
      { field: 'answered_at', before: 'null', after: '"2026-01-05T10:00:05.000000Z"' },
    );
  });

  test('a call that became part of another: who heard of it is told where it went, and of no end', () => {
    const row = { ...given(ended).row(), version: 2 ** 40, state: 'merged' as const, merged_into: 'call_x' };
    const merged = decide(told(ringing), row, at(99));
    assert.deepEqual(
      merged.notifications.map(({ type, call }) => [type, call.merged_into]),
      [['call.merged', 'call_x']],
    );
    assert.deepEqual(decide(merged.next, { ...row, version: 2 ** 41 }, at(99)).notifications, []);
    assert.deepEqual(decide(null, row, at(99)).notifications, []);
  });

  test('the same has the same id, another version’s change another', () => {
    const corrected = (more: string) => decide(told(ended), given(`${ended}\n${more}`).row(), at(99)).notifications[0];
    const one = corrected('70 recording.stored a');
    assert.deepEqual(corrected('70 recording.stored a'), one);
    assert.notEqual(
      corrected('70 recording.stored a\n71 recording.stored a recording=r2')?.notification_id,
      one?.notification_id,
    );
  });

  test('a withheld number is told to nobody', () => {
    const row = rowOf(eventTable('0 leg.created a dir=in from=+15550001 name=Ann to=800 shown=restricted'), at(0));
    const [started] = decide(null, row, soon).notifications;
    assert.deepEqual(started?.call.caller, { number: null, e164: null, name: null });
  });
});
