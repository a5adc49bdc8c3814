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

/** The same of a call through a queue. */
export type ExpectedQueueCall = {
  linked_id: string;
  legs: readonly string[];
  queue: string;
  wait_s: number;
  ring_s: number;
  talk_s: number;
  ended_by: string;
  cause_q850: number;
  disposition: string;
  note: string;
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
  cause_q850: number | null;
  ended_by: string;
  queue_visits: readonly { queue_id: string; outcome: string; wait_ms: number; ring_ms: number | null }[];
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

export const queueFactsOf = (call: SampleCall): Partial<ExpectedQueueCall> => ({
  linked_id: call.legs[0]?.native_id ?? '',
  legs: call.legs.map(({ native_id }) => native_id),
  queue: call.queue_visits[0]?.queue_id ?? '',
  wait_s: (call.queue_visits[0]?.wait_ms ?? Number.NaN) / 1000,
  ring_s: (call.queue_visits[0]?.ring_ms ?? Number.NaN) / 1000,
  talk_s: call.talk_ms / 1000,
  ended_by: call.ended_by,
  cause_q850: call.cause_q850 ?? Number.NaN,
  disposition: call.disposition,
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
