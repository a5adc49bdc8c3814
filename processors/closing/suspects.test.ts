import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { signsOf } from '../switch-signs.ts';
import { at, eventTable } from '../testing/event-table.ts';
import { rowOf } from '../testing/given.ts';
import { isSuspect, type SwitchState } from './suspects.ts';
import { livesOf } from './switch-lives.ts';
import { summaryOf } from './testing/closing-world.ts';
import { conclusionsOf, listsIn } from './testing/concluded.ts';

const minutes = 60_000_000;

/** What may be told, besides the beginning of the call. */
const pool = [
  '1   leg.created      b boot=b1 dir=out',
  '5   leg.answered     b boot=b1',
  '5   leg.bridged      a boot=b1 with=b',
  '9   leg.created      c switch=pbx2 boot=p1 dir=out',
  '40  leg.held         a boot=b1',
  '60  leg.ended        b boot=b1',
  '70  recording.stored a',
  '50  switch.heartbeat - call= boot=b1',
  '55  switch.channels  - call= boot=b1 legs=a,b',
  '90  switch.channels  - call= boot=b1 legs=a',
  '95  switch.channels  - call= boot=b1',
  '100 switch.started   - call=',
  '100 switch.started   - call= boot=b2',
  '130 switch.heartbeat - call= boot=b2',
  '-80 switch.heartbeat - call= boot=b0 observed=120',
  '130 switch.started   - call= switch=pbx2 boot=p2',
  '130 switch.channels  - call= switch=pbx2 boot=p1',
  '900 switch.heartbeat - call= boot=b1',
];

test('a call of which others told later is a suspect as soon as silence ends it', () => {
  const events = eventTable(`
    0   leg.created      a boot=b1 dir=in
    70  recording.stored a
    -80 switch.heartbeat - call= boot=b0 observed=120`);
  assert.equal(conclusionsOf(events, { now: 901 }).length, 1);
  const ofCall = events.filter(({ type }) => !type.startsWith('switch.'));
  assert.ok(isSuspect(summaryOf(rowOf(ofCall, at(0))), () => undefined, at(901), 15 * minutes));
});

test('every call of which a rule concludes something is a suspect by its row', () => {
  let concluded = 0;
  fc.assert(
    fc.property(fc.subarray(pool), fc.integer({ min: 20, max: 15_000 }), (lines, now) => {
      const events = eventTable(['0 leg.created a boot=b1 dir=in', ...lines].join('\n'));
      const conclusions = conclusionsOf(events, { now });
      const row = rowOf(
        events.filter(({ type }) => !type.startsWith('switch.')),
        at(0),
      );
      if (conclusions.length === 0 || row.state !== 'active') return;
      concluded += 1;
      const states = new Map<string, SwitchState>();
      for (const [ref, life] of livesOf(signsOf(events))) {
        const ofSwitch = events.filter((event) => `${event.tenant_id}\0${event.switch_id}` === ref);
        states.set(ref, { life, lastList: listsIn(ofSwitch).sort((a, b) => b.at - a.at)[0] ?? null });
      }
      assert.ok(
        isSuspect(summaryOf(row), (ref) => states.get(ref), at(now), 15 * minutes),
        lines.join('\n'),
      );
    }),
    { numRuns: 2000 },
  );
  assert.ok(concluded > 200, `only ${concluded} runs concluded anything`);
});

test('a call that goes on on a switch that goes on is none', () => {
  const events = eventTable(`
    0  leg.created      a boot=b1 dir=in
    50 switch.heartbeat - call= boot=b1`);
  const [life] = livesOf(signsOf(events)).values();
  const state: SwitchState | undefined = life && { life, lastList: null };
  const row = rowOf(events.slice(0, 1), at(0));
  const suspect = (now: number): boolean => isSuspect(summaryOf(row), () => state, at(now), 15 * minutes);
  assert.deepEqual([suspect(20), suspect(100), suspect(899), suspect(901)], [false, false, false, true]);
});
