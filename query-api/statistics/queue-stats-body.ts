import { type Static, Type } from 'typebox';
import { isoFromMicros } from '../../schemas/event-json.ts';
import { instant, orNull } from '../http/value-schemas.ts';
import type { Interval } from './intervals.ts';
import type { QueueStats } from './queue-stats-reader.ts';
import { type IntervalParameters, type IntervalRequest, periodBody, periodFields } from './interval-request.ts';
import { localTime, type TimeZone } from './time-zone.ts';
import { measuresOf, noVisits, together, type VisitCounts } from './visit-counts.ts';

/** Who gave up sooner dialled wrong, or thought better of it. */
export const shortAbandonMs = 5000;

const count = (description: string) => Type.Integer({ description });
const rate = (description: string) => orNull(Type.Number(), `Per cent, two decimals; null of nothing. ${description}`);
const seconds = (description: string) =>
  orNull(Type.Number(), `Seconds, two decimals; null of nothing. ${description}`);

const measures = {
  total_calls: count('Visits: entries to the queue.'),
  answered_calls: count('Connected with an agent.'),
  abandoned_calls: count('The caller hung up while waiting, short ones included.'),
  short_abandoned_calls: count('Of these, those shorter than `short_abandon_threshold_seconds`.'),
  other_exits: count('Left otherwise; see `exits`.'),
  exits: Type.Object({
    timeout: Type.Integer(),
    exit_key: Type.Integer(),
    no_agents: Type.Integer(),
    withdrawn: Type.Integer(),
    callback_accepted: Type.Integer(),
    failed: Type.Integer(),
  }),
  waiting: count('Still in the queue. Answered, abandoned, other exits and waiting add up to the total.'),
  answer_rate: rate('Answered of those that no longer wait.'),
  abandon_rate: rate('Abandoned of those that no longer wait, short ones left out of both.'),
  service_level: rate(
    'Answered in time of those that no longer wait, short abandons and accepted call-backs left out.',
  ),
  average_wait_time: seconds('Of those that no longer wait.'),
  average_speed_of_answer: seconds('Wait of the answered.'),
  average_talk_time: seconds('Connected with the agent, hold included.'),
  average_hold_time: seconds('Where the switch tells holds.'),
  average_talk_net: seconds('Without hold, where the switch tells holds.'),
  longest_wait_time: count('Seconds, those that still wait up to `as_of`.'),
  transferred_calls: count('Answered, and passed on by the agent.'),
  overflowed_out: count('Sent on to another queue.'),
  overflowed_in: count('Sent on by another queue.'),
  callbacks: count('Entries that are call-backs.'),
};

const IntervalBody = Type.Object({
  starts_at: instant(),
  ends_at: instant(),
  complete: Type.Boolean({ description: 'Over, and nobody of it waits any more. Late events may still correct it.' }),
  ...measures,
});

const Hour = Type.Object({
  hour: Type.String({ examples: ['09:00'] }),
  calls: Type.Integer(),
  answered: Type.Integer(),
  abandoned: Type.Integer(),
  avg_wait: orNull(Type.Number()),
});

export const QueueStatsBody = Type.Object(
  {
    queue_id: Type.String(),
    ...periodFields,
    service_level_threshold_seconds: Type.Integer(),
    short_abandon_threshold_seconds: Type.Integer(),
    summary: Type.Object({
      ...measures,
      refused: Type.Record(Type.String(), Type.Integer(), { description: 'Not let in, by reason; no visits.' }),
    }),
    intervals: Type.Array(IntervalBody),
    hourly: orNull(Type.Array(Hour), 'For hours within one local day.'),
    complete: Type.Boolean(),
  },
  { title: 'QueueStats' },
);

type Asked = { readonly given: IntervalParameters; readonly asked: IntervalRequest; readonly asOf: number };

export const queueStatsBody = (
  queueId: string,
  serviceLevelMs: number,
  { given, asked, asOf }: Asked,
  { visits, refused }: QueueStats,
): Static<typeof QueueStatsBody> => {
  const { zone, kind, from, to, intervals } = asked;
  const counted = intervals.map((interval) => ({ interval, counts: visits.get(interval.startsAt) ?? noVisits }));
  const all = counted.reduce((sum, { counts }) => together(sum, counts), noVisits);
  // What ends at this very moment is not all told yet.
  const isComplete = (endsAt: number, { waiting }: VisitCounts): boolean => endsAt < asOf && waiting === 0;
  return {
    queue_id: queueId,
    ...periodBody(given, asked, asOf),
    service_level_threshold_seconds: serviceLevelMs / 1000,
    short_abandon_threshold_seconds: shortAbandonMs / 1000,
    summary: { ...measuresOf(all), refused },
    intervals: counted.map(({ interval: { startsAt, endsAt }, counts }) => ({
      starts_at: isoFromMicros(startsAt),
      ends_at: isoFromMicros(endsAt),
      complete: isComplete(Math.min(endsAt, to), counts),
      ...measuresOf(counts),
    })),
    hourly: kind === 'hour' && isOneDay(zone, from, to) ? counted.map((one) => hourOf(zone, one)) : null,
    complete: isComplete(to, all),
  };
};

const isOneDay = (zone: TimeZone, from: number, to: number): boolean => {
  const [first, last] = [localTime(zone, from / 1000), localTime(zone, (to - 1) / 1000)];
  return first.year === last.year && first.month === last.month && first.day === last.day;
};

type Counted = { readonly interval: Interval; readonly counts: VisitCounts };

const hourOf = (zone: TimeZone, { interval, counts }: Counted): Static<typeof Hour> => {
  const { hour, minute } = localTime(zone, interval.startsAt / 1000);
  const { total_calls, answered_calls, abandoned_calls, average_wait_time } = measuresOf(counts);
  const two = (value: number): string => String(value).padStart(2, '0');
  return {
    hour: `${two(hour)}:${two(minute)}`,
    calls: total_calls,
    answered: answered_calls,
    abandoned: abandoned_calls,
    avg_wait: average_wait_time,
  };
};
