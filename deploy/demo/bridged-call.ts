import type { CallDirection, Disposition } from '../../schemas/call-row.ts';
import type { Channel } from './channel.ts';
import { carriers, directNumber, outsider, staff } from './company.ts';
import type { Random } from './random.ts';
import { ms, notAnswered, type Scene, type SceneEnd } from './scene.ts';
import { fromCarrier, fromPhone, type NewChannel, type SwitchCall, toCarrier, toPhone } from './simulated-switch.ts';
import { talk } from './talk.ts';

// One party calls another through the switch, which answers only when the other does.

type Outcome = 'answered' | 'no_answer' | 'busy' | 'rejected' | 'cancelled' | 'failed';
type Legs = { direction: CallDirection; caller: NewChannel; callee: NewChannel };

/** How the callee's leg ends where nobody answers: cause and SIP status, and whether it rang before. */
const refusals = {
  no_answer: { cause: 'NO_ANSWER', sipStatus: 480, rings: true },
  busy: { cause: 'USER_BUSY', sipStatus: 486, rings: false },
  rejected: { cause: 'CALL_REJECTED', sipStatus: 603, rings: true },
  failed: { cause: 'UNALLOCATED_NUMBER', sipStatus: 404, rings: false },
} as const satisfies Readonly<Partial<Record<Disposition, { cause: string; sipStatus: number; rings: boolean }>>>;

const setUpUs = 120 * ms;

/** Plays the call until the callee answers, refuses or is not reached, or the caller gives up. */
const play = (call: SwitchCall, random: Random, startUs: number, legs: Legs, outcome: Outcome): SceneEnd => {
  const caller = call.create(startUs, legs.caller);
  const callee = call.create(startUs + setUpUs, legs.callee, caller);
  const ringingAt = startUs + setUpUs + random.integer(150, 2500) * ms;
  switch (outcome) {
    case 'answered':
      return answered(call, random, { caller, callee, ringingAt, direction: legs.direction });
    case 'cancelled':
      return cancelled(call, random, { caller, callee, ringingAt, direction: legs.direction });
    case 'no_answer':
    case 'busy':
    case 'rejected':
    case 'failed':
      return refused(call, random, { caller, callee, ringingAt, direction: legs.direction }, outcome);
  }
};

type Rung = { caller: Channel; callee: Channel; ringingAt: number; direction: CallDirection };

const ring = (call: SwitchCall, { caller, callee, ringingAt }: Rung): void => {
  call.ring(ringingAt, callee);
  call.ring(ringingAt + 5 * ms, caller);
};

const answered = (call: SwitchCall, random: Random, rung: Rung): SceneEnd => {
  const { caller, callee, ringingAt, direction } = rung;
  ring(call, rung);
  const answeredAt = ringingAt + random.spanMs(6000, 900, 28_000) * ms;
  call.answer(answeredAt, callee);
  call.answer(answeredAt + 8 * ms, caller);
  const bridgedAt = answeredAt + 20 * ms;
  const talkMs = random.spanMs(140_000, 3000, 1_500_000);
  const spoken = talk(call, random, { startUs: bridgedAt, talkMs, caller, callee, recorded: random.chance(0.35) });
  return { direction, disposition: 'answered', answeredAt: bridgedAt, waitMs: 0, ...spoken };
};

const cancelled = (call: SwitchCall, random: Random, rung: Rung): SceneEnd => {
  ring(call, rung);
  const endUs = rung.ringingAt + random.spanMs(9000, 1500, 25_000) * ms;
  call.hangUp(endUs, rung.caller, { cause: 'ORIGINATOR_CANCEL', disposition: 'recv_cancel' });
  call.hangUp(endUs + 10 * ms, rung.callee, { cause: 'ORIGINATOR_CANCEL', disposition: 'send_cancel' });
  return notAnswered(rung.direction, 'cancelled');
};

const refused = (call: SwitchCall, random: Random, rung: Rung, outcome: keyof typeof refusals): SceneEnd => {
  const { cause, sipStatus, rings } = refusals[outcome];
  if (rings) ring(call, rung);
  const rangMs = outcome === 'no_answer' ? 30_000 : random.integer(rings ? 1500 : 50, rings ? 8000 : 900);
  const endUs = rung.ringingAt + rangMs * ms;
  call.hangUp(endUs, rung.callee, { cause, disposition: 'recv_refuse', sipStatus });
  call.hangUp(endUs + 15 * ms, rung.caller, { cause, disposition: 'send_refuse', sipStatus });
  return notAnswered(rung.direction, outcome);
};

/** Somebody outside calls a person of the company. */
export const directCall: Scene = (call, random, startUs) => {
  const to = random.pick(staff).number;
  const from = outsider(random);
  const legs: Legs = {
    direction: 'inbound',
    caller: fromCarrier(from, directNumber(to), random.pick(carriers)),
    callee: toPhone(from, to),
  };
  const outcome = random.weighted({ answered: 62, no_answer: 16, busy: 8, rejected: 4, cancelled: 10 });
  return play(call, random, startUs, legs, outcome);
};

/** Two people of the company. */
export const internalCall: Scene = (call, random, startUs) => {
  const from = random.pick(staff);
  const to = random.pick(staff.filter((person) => person !== from)).number;
  const legs: Legs = { direction: 'internal', caller: fromPhone(from, to), callee: toPhone(from, to) };
  const outcome = random.weighted({ answered: 66, no_answer: 14, busy: 8, rejected: 4, cancelled: 8 });
  return play(call, random, startUs, legs, outcome);
};

/** A person of the company calls somebody outside. */
export const outboundCall: Scene = (call, random, startUs) => {
  const from = random.pick(staff);
  const to = outsider(random).number;
  const shown = { name: from.name, number: directNumber(from.number) };
  const legs: Legs = {
    direction: 'outbound',
    caller: fromPhone(from, to),
    callee: toCarrier(shown, to, random.pick(carriers)),
  };
  const outcome = random.weighted({ answered: 64, no_answer: 14, busy: 8, rejected: 3, cancelled: 7, failed: 4 });
  return play(call, random, startUs, legs, outcome);
};
