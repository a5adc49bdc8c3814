import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normaliseFreeswitchEvent } from '../../ingest/freeswitch/normalise-event.ts';
import { assembleCall } from '../../processors/calls/assembly/assemble-call.ts';
import { identityOf } from '../../processors/calls/assembly/identity.ts';
import { callFound } from '../../query-api/testing/memory-readers.ts';
import { factsOf } from '../../query-api/calls/timeline/facts.ts';
import type { CountsAs } from '../../query-api/calls/timeline/states.ts';
import { timelineOf } from '../../query-api/calls/timeline/timeline.ts';
import type { CallRow } from '../../schemas/call-row.ts';
import type { Event } from '../../schemas/events.ts';
import { callCentre, type SimulatedCall } from './call-centre.ts';
import type { LegTruth } from './truth.ts';

const startUs = 1_790_000_000_000_000;
const source = { tenantId: 'demo', observedAtUs: startUs * 1.001, askedSwitchId: null, boundSwitchId: null };

const canonicalOf = ({ events }: SimulatedCall): Event[] =>
  events.flatMap(({ event }): Event[] => {
    const normalised = normaliseFreeswitchEvent(event, source);
    assert.ok('events' in normalised, JSON.stringify(normalised));
    return normalised.events;
  });

const assembled = (canonical: readonly Event[]): CallRow => {
  const anchored = canonical.find(({ call_started_at }) => call_started_at !== null) as Event;
  return assembleCall(identityOf(anchored, anchored.call_started_at as number), canonical);
};

const legTruths = (call: CallRow): LegTruth[] =>
  call.legs.map(({ leg_id, destination, created_at, answered_at, ended_at, hangup_cause }) => ({
    leg_id,
    destination,
    created_at: created_at as number,
    answered_at,
    ended_at: ended_at as number,
    hangup_cause,
  }));

test('the product says of every simulated call what its simulation meant', () => {
  const centre = callCentre('truth');
  for (let which = 0; which < 1000; which++) {
    const simulated = centre.callAt(which, startUs + which * 1_000_000);
    const { legs, has_recording: _, ...truth } = simulated.truth;
    const call = assembled(canonicalOf(simulated));
    const said = Object.fromEntries(Object.keys(truth).map((field) => [field, call[field as keyof CallRow]]));
    assert.deepEqual(said, truth, `call ${which}`);
    assert.deepEqual(legTruths(call), legs, `legs of call ${which}`);
    assert.equal(call.state, 'ended');
    assert.deepEqual(call.quality, []);
  }
});

test('the timeline of every simulated call adds up to what its simulation meant', () => {
  const centre = callCentre('timeline');
  const seen = new Set<string>();
  for (let which = 0; which < 500; which++) {
    const simulated = centre.callAt(which, startUs + which * 1_000_000);
    const canonical = canonicalOf(simulated);
    const { entries } = timelineOf(factsOf(callFound(assembled(canonical)), canonical));
    const { answered_at, started_at, ended_at, ...truth } = simulated.truth;
    const sum = (countsAs: CountsAs): number =>
      entries.reduce((ms, entry) => ms + (entry.countsAs === countsAs ? entry.durationMs : 0), 0);
    assert.deepEqual([sum('talk'), sum('hold'), sum('wait')], [truth.talk_ms, truth.hold_ms, truth.wait_ms]);
    assert.equal(entries.find(({ state }) => state === 'talking')?.from ?? null, answered_at);
    assert.deepEqual([entries[0]?.from, entries.at(-1)?.from], [started_at, ended_at]);
    for (const { state } of entries) seen.add(state);
  }
  assert.deepEqual([...seen].sort(), [
    'dialling',
    'ended',
    'in_switch',
    'on_hold',
    'ringing',
    'setup',
    'talking',
    'waiting',
  ]);
});
