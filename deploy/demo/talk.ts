import type { Channel } from './channel.ts';
import type { Random } from './random.ts';
import type { SwitchCall } from './simulated-switch.ts';

const ms = 1000;

/** The second leg goes some ms after the first. */
const farLegDelayUs = 20 * ms;

/** RECORD_START comes with the first frames. */
const recordingDelayMs = 40;

export type Conversation = { connectMs: number; holdMs: number; endedAt: number; recordingPath: string | null };

export type TalkOptions = { startUs: number; talkMs: number; caller: Channel; callee: Channel; recorded: boolean };

/** Two channels are bridged, talk, now and then with one on hold, and one of the two hangs up. */
export const talk = (
  call: SwitchCall,
  random: Random,
  { startUs, talkMs, caller, callee, recorded }: TalkOptions,
): Conversation => {
  call.bridge(startUs, caller, callee);
  const endUs = startUs + talkMs * ms;
  const path = recorded ? recordingPath(startUs, caller.uuid) : null;
  if (path !== null) call.startRecording(startUs + recordingDelayMs * ms, caller, path);
  const holdMs = talkMs > 20_000 && random.chance(0.15) ? hold(call, random, callee, startUs, talkMs) : 0;
  if (path !== null) call.stopRecording(endUs, caller, path, talkMs - recordingDelayMs);
  const callerEnds = random.chance(0.6);
  const [first, second] = callerEnds ? [caller, callee] : [callee, caller];
  call.hangUp(endUs, first, { cause: 'NORMAL_CLEARING', disposition: 'recv_bye' });
  call.hangUp(endUs + farLegDelayUs, second, { cause: 'NORMAL_CLEARING', disposition: 'send_bye' });
  call.unbridge(endUs + farLegDelayUs, caller, callee);
  return { connectMs: talkMs, holdMs, endedAt: caller.hangupAt, recordingPath: path };
};

/** Somewhere in the middle of the talk. */
const hold = (call: SwitchCall, random: Random, channel: Channel, startUs: number, talkMs: number): number => {
  const spanMs = random.integer(4000, Math.floor(talkMs / 2));
  const fromMs = random.integer(2000, talkMs - spanMs - 2000);
  call.hold(startUs + fromMs * ms, channel);
  call.resume(startUs + (fromMs + spanMs) * ms, channel);
  return spanMs;
};

/** The file's name is the leg's id, so the recording's id is it too. */
const recordingPath = (atUs: number, uuid: string): string => {
  const day = new Date(atUs / 1000).toISOString().slice(0, 10).replaceAll('-', '/');
  return `/var/lib/freeswitch/recordings/${day}/${uuid}.wav`;
};
