import { directCall, internalCall, outboundCall } from './bridged-call.ts';
import { switches } from './company.ts';
import { menuCall } from './menu-call.ts';
import { queueCall } from './queue-call.ts';
import { createRandom } from './random.ts';
import type { Scene, SceneEnd } from './scene.ts';
import { startSwitchCall, type SwitchCall, type TimedEvent } from './simulated-switch.ts';
import type { CallTruth } from './truth.ts';

export type SimulatedRecording = {
  recording_id: string;
  call_key: string;
  leg_id: string;
  /** When the switch would upload it, µs. */
  atUs: number;
};

/** A call as its switch tells it, and what the record of it must say. */
export type SimulatedCall = {
  /** In the order of their times. */
  events: readonly TimedEvent[];
  truth: CallTruth;
  recording: SimulatedRecording | null;
};

/** A simulated company: which call it is decides everything of a call but when it starts. */
export type CallCentre = {
  callAt: (which: string | number, startedAtUs: number) => SimulatedCall;
};

const scenes: Readonly<Record<string, Scene>> = { queueCall, directCall, internalCall, outboundCall, menuCall };
const mix = { queueCall: 44, directCall: 16, internalCall: 12, outboundCall: 23, menuCall: 5 } as const;

/** Makes calls that a seed decides: the same seed, call and start give the same events for ever. */
export const callCentre = (seed: string): CallCentre => {
  const cores = new Map(switches.map(({ name }) => [name, createRandom(`${seed}/core/${name}`).uuid()]));
  return {
    callAt: (which, startedAtUs) => {
      const random = createRandom(`${seed}/call/${which}`);
      // Whole ms apart, so that no span of a call depends on how it is rounded; not on whole ms, as in a real switch.
      const startUs = Math.floor(startedAtUs / 1000) * 1000 + random.integer(0, 999);
      const at = random.pick(switches);
      const call = startSwitchCall(random, at, cores.get(at.name) as string);
      const end = (scenes[random.weighted(mix)] as Scene)(call, random, startUs);
      return {
        events: call.events.sort((a, b) => a.atUs - b.atUs),
        truth: truthOf(call, end),
        recording: recordingOf(call, end),
      };
    },
  };
};

const recordedAfterUs = 500_000;

const recordingOf = (call: SwitchCall, { recordingPath }: SceneEnd): SimulatedRecording | null => {
  const [root] = call.channels;
  if (recordingPath === null || root === undefined) return null;
  return {
    recording_id: root.uuid,
    call_key: call.rootUuid,
    leg_id: root.uuid,
    atUs: root.hangupAt + recordedAfterUs,
  };
};

const orNull = (us: number): number | null => (us === 0 ? null : us);
const spanMs = (fromUs: number, toUs: number): number => (toUs - fromUs) / 1000;

const truthOf = ({ channels, rootUuid }: SwitchCall, end: SceneEnd): CallTruth => {
  const [root] = channels;
  if (root === undefined) throw new Error('a call has at least one channel');
  return {
    call_key: rootUuid,
    switch_id: root.switch.name,
    direction: end.direction,
    disposition: end.disposition,
    caller_number: root.caller.number,
    started_at: root.createdAt,
    switch_answered_at: orNull(root.answeredAt),
    answered_at: end.answeredAt,
    ended_at: root.hangupAt,
    duration_ms: spanMs(root.createdAt, root.hangupAt),
    wait_ms: end.waitMs,
    connect_ms: end.connectMs,
    hold_ms: end.holdMs,
    talk_ms: end.connectMs - end.holdMs,
    bill_ms: root.answeredAt === 0 ? 0 : spanMs(root.answeredAt, root.hangupAt),
    legs: channels.map((channel) => ({
      leg_id: channel.uuid,
      destination: channel.destination,
      created_at: channel.createdAt,
      answered_at: orNull(channel.answeredAt),
      ended_at: channel.hangupAt,
      hangup_cause: channel.hangupCause,
    })),
    has_recording: end.recordingPath !== null,
  };
};
