import type { CallRow } from '../../../schemas/call-row.ts';
import { isContradicted } from './clocks.ts';
import { toMs, totalMs } from '../../../runtime/spans.ts';
import { unsignedOrNull } from './sane.ts';
import type { Story } from './story.ts';

export type Times = Pick<
  CallRow,
  | 'started_at'
  | 'switch_answered_at'
  | 'answered_at'
  | 'ended_at'
  | 'duration_ms'
  | 'setup_ms'
  | 'ring_ms'
  | 'wait_ms'
  | 'connect_ms'
  | 'hold_ms'
  | 'talk_ms'
  | 'bill_ms'
>;

/** The call's instants and spans, as docs/definitions.md defines them. */
export const timesOf = (story: Story): Times => {
  const { root, connection, startedAt, end } = story;
  const durationMs = durationOf(story);
  const connectMs = Math.min(totalMs(connection.connect), durationMs);
  const holdMs = Math.min(totalMs(connection.hold), connectMs);
  const switchAnsweredAt = root?.answeredAt ?? null;
  const setupAt = firstRinging(story, (role) => role !== 'spy');
  return {
    started_at: startedAt,
    switch_answered_at: switchAnsweredAt,
    answered_at: connection.answered.value,
    ended_at: end.value,
    duration_ms: durationMs,
    setup_ms: setupAt === null ? null : toMs(setupAt - startedAt),
    ring_ms: ringMs(story),
    wait_ms: story.visits.reduce((sum, { row }) => sum + row.wait_ms, 0),
    connect_ms: connectMs,
    hold_ms: holdMs,
    talk_ms: connectMs - holdMs,
    bill_ms: billOf(story),
  };
};

/** The time between two instants, unless the switch, whose clock may have been set in between, measured it itself. */
const spanMs = (us: number, toldMs: number | null): number =>
  toldMs !== null && isContradicted(us, toldMs) ? toldMs : toMs(us);

const durationOf = ({ root, startedAt, end, until }: Story): number => {
  const endedWithRoot = end.value !== null && end.value === root?.endedAt;
  return spanMs(until - startedAt, endedWithRoot ? unsignedOrNull(root.totals?.duration_ms ?? null, 53) : null);
};

const billOf = ({ root, until }: Story): number => {
  if (root === null || root.answeredAt === null) return 0;
  const { endedAt, answeredAt, totals } = root;
  return spanMs((endedAt ?? until) - answeredAt, endedAt === null ? null : unsignedOrNull(totals?.bill_ms ?? null, 53));
};

/** The root's own early media is the switch's announcement; a callee's is its ringing tone. */
const firstRinging = ({ root, legs, roles }: Story, isWanted: (legRole: string) => boolean): number | null => {
  let first: number | null = null;
  for (const leg of legs.values()) {
    if (leg === root || leg.ringingAt === null || !isWanted(roles.get(leg.id) ?? '')) continue;
    if (first === null || leg.ringingAt < first) first = leg.ringingAt;
  }
  return first;
};

/** Agents' phones ring inside the wait for a queue, which is counted there. */
const ringMs = (story: Story): number => {
  const from = firstRinging(story, (role) => role !== 'agent' && role !== 'consult' && role !== 'spy');
  return from === null ? 0 : toMs((story.connection.answered.value ?? story.until) - from);
};
