import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normaliseFreeswitchEvent } from '../../ingest/freeswitch/normalise-event.ts';
import { assembleCall } from '../../processors/calls/assembly/assemble-call.ts';
import { identityOf } from '../../processors/calls/assembly/identity.ts';
import type { CallRow } from '../../schemas/call-row.ts';
import type { Event } from '../../schemas/events.ts';
import { callCentre, type SimulatedCall } from './call-centre.ts';
import type { LegTruth } from './truth.ts';

const startUs = 1_790_000_000_000_000;
const source = { tenantId: 'demo', observedAtUs: startUs * 1.001, askedSwitchId: null, boundSwitchId: null };

const assembled = ({ events }: SimulatedCall): CallRow => {
  const canonical = events.flatMap(({ event }): Event[] => {
    const normalised = normaliseFreeswitchEvent(event, source);
    assert.ok('events' in normalised, JSON.stringify(normalised));
    return normalised.events;
  });
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
    const call = assembled(simulated);
    const said = Object.fromEntries(Object.keys(truth).map((field) => [field, call[field as keyof CallRow]]));
    assert.deepEqual(said, truth, `call ${which}`);
    assert.deepEqual(legTruths(call), legs, `legs of call ${which}`);
    assert.equal(call.state, 'ended');
    assert.deepEqual(call.quality, []);
  }
});
