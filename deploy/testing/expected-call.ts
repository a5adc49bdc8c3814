import assert from 'node:assert/strict';
import { microsFromIso } from '../../schemas/event-json.ts';

/** What a switch-neutral record must say of a call, as the captures' expected.json has it. */
export type ExpectedCall = {
  started_us: number;
  switch_answered_us: number | null;
  answered_us: number | null;
  ended_us: number;
  disposition: string;
  duration_ms: number;
  talk_ms_caller: number;
  legs: readonly {
    leg_id: string;
    role: string;
    destination: string;
    created_us: number;
    answered_us: number | null;
    ended_us: number;
    cause: string;
    bridges: readonly { with: string; from_us: number; to_us: number }[];
  }[];
};

/** The parts of a call in the API that are compared. */
export type SampleCall = {
  id: string;
  state: string;
  started_at: string;
  switch_answered_at: string | null;
  answered_at: string | null;
  ended_at: string | null;
  disposition: string;
  duration_ms: number;
  talk_ms: number;
  quality: readonly string[];
  legs: readonly {
    native_id: string;
    role: string;
    destination: string | null;
    created_at: string | null;
    answered_at: string | null;
    ended_at: string | null;
    hangup_cause: string | null;
  }[];
  bridges: readonly { leg_id: string; other_leg_id: string | null; started_at: string; ended_at: string | null }[];
};

const micros = (iso: string | null): number | null => (iso === null ? null : microsFromIso(iso));

export const factsOf = (call: SampleCall) => ({
  started_us: microsFromIso(call.started_at),
  switch_answered_us: micros(call.switch_answered_at),
  answered_us: micros(call.answered_at),
  ended_us: micros(call.ended_at),
  disposition: call.disposition,
  duration_ms: call.duration_ms,
});

const legsOf = ({ legs, bridges }: SampleCall): ExpectedCall['legs'] =>
  legs.map((leg) => ({
    leg_id: leg.native_id,
    role: leg.role,
    destination: leg.destination ?? '',
    created_us: micros(leg.created_at) as number,
    answered_us: micros(leg.answered_at),
    ended_us: micros(leg.ended_at) as number,
    cause: leg.hangup_cause ?? '',
    bridges: bridges
      .filter(({ leg_id, other_leg_id }) => leg_id === leg.native_id || other_leg_id === leg.native_id)
      .map(({ leg_id, other_leg_id, started_at, ended_at }) => ({
        with: (leg_id === leg.native_id ? other_leg_id : leg_id) ?? '',
        from_us: microsFromIso(started_at),
        to_us: micros(ended_at) as number,
      })),
  }));

/** Fails where the call is not exactly the expected one. */
export const checkCall = (call: SampleCall, expected: ExpectedCall, name: string): void => {
  const { legs, talk_ms_caller, ...facts } = expected;
  assert.deepEqual(factsOf(call), facts, name);
  assert.equal(call.talk_ms, talk_ms_caller, `talk of ${name}`);
  assert.equal(call.state, 'ended', name);
  assert.deepEqual(call.quality, [], name);
  const byId = (a: { leg_id: string }, b: { leg_id: string }): number => (a.leg_id < b.leg_id ? -1 : 1);
  assert.deepEqual(legsOf(call).toSorted(byId), legs.toSorted(byId), `legs of ${name}`);
};
