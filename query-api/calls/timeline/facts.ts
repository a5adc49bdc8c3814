import type { Event } from '../../../schemas/events.ts';
import { microsFromIso } from '../../../schemas/event-json.ts';
import { textOrNull } from '../../http/value-schemas.ts';
import type { CallDetailRow } from '../call-columns.ts';
import { type Audio, audioOf } from './audio.ts';
import { maybeMicros } from './spans.ts';

export type Leg = {
  readonly id: string;
  readonly role: string;
  readonly number: string | null;
  readonly agentId: string | null;
  readonly createdAt: number | null;
  readonly ringingAt: number | null;
  readonly answeredAt: number | null;
  readonly endedAt: number | null;
  readonly isCalled: boolean;
};

/** Instants µs; what still goes on ends at `until`. */
export type CallFacts = {
  readonly row: CallDetailRow;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly until: number;
  readonly root: Leg | null;
  readonly legs: ReadonlyMap<string, Leg>;
  readonly audios: readonly Audio[];
  /** In the order of their times. */
  readonly events: readonly Event[];
};

/** What a timeline is made of: the call's row, and of its events what no column holds. */
export const factsOf = (row: CallDetailRow, events: readonly Event[]): CallFacts => {
  const startedAt = microsFromIso(row.started_at);
  const endedAt = maybeMicros(row.ended_at);
  const until = Math.max(startedAt, endedAt ?? microsFromIso(row.last_event_at));
  const legs = row.legs.map((leg) => toLeg(leg, row));
  return {
    row,
    startedAt,
    endedAt,
    until,
    root: legs.find(({ role }) => role === 'caller') ?? null,
    legs: new Map(legs.map((leg) => [leg.id, leg])),
    audios: row.recordings.flatMap((recording) => audioOf(recording, row.recording_times, until)),
    events,
  };
};

const toLeg = (leg: CallDetailRow['legs'][number], row: CallDetailRow): Leg => {
  const visit = row.queue_visits.find(({ agent_leg_id }) => agent_leg_id === leg.leg_id);
  return {
    id: leg.leg_id,
    role: leg.role,
    number: numberOf(leg, row),
    agentId: textOrNull(visit?.agent_id ?? ''),
    createdAt: maybeMicros(leg.created_at),
    ringingAt: maybeMicros(leg.ringing_at),
    answeredAt: maybeMicros(leg.answered_at),
    endedAt: maybeMicros(leg.ended_at),
    isCalled: leg.direction !== 'in',
  };
};

/** Who is at the leg: whom it called, or of one that called who that is, as far as may be told. */
const numberOf = (leg: CallDetailRow['legs'][number], row: CallDetailRow): string | null => {
  if (leg.direction !== 'in') return textOrNull(leg.destination);
  if (leg.role !== 'caller') return textOrNull(leg.endpoint.replace(/^.*\//, ''));
  return row.caller_presentation === 'restricted' ? null : textOrNull(row.caller_number);
};
