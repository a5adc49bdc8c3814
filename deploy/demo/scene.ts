import type { CallDirection, Disposition } from '../../schemas/call-row.ts';
import type { Random } from './random.ts';
import type { SwitchCall } from './simulated-switch.ts';

/** What a scene decided: the parts of the truth that the channels do not tell by themselves. */
export type SceneEnd = {
  direction: CallDirection;
  disposition: Disposition;
  answeredAt: number | null;
  waitMs: number;
  connectMs: number;
  holdMs: number;
  recordingPath: string | null;
};

/** Plays one kind of call in a switch, from its first event to its last. */
export type Scene = (call: SwitchCall, random: Random, startUs: number) => SceneEnd;

export const ms = 1000;

export const notAnswered = (direction: CallDirection, disposition: Disposition, waitMs = 0): SceneEnd => ({
  direction,
  disposition,
  answeredAt: null,
  waitMs,
  connectMs: 0,
  holdMs: 0,
  recordingPath: null,
});
