import { percent } from './percent.ts';

/** What is counted over a set of visits; every count of a union of sets is the sum, `longestWaitMs` the greatest. */
export type VisitCounts = {
  readonly offered: number;
  readonly answered: number;
  readonly abandoned: number;
  readonly shortAbandoned: number;
  readonly timeout: number;
  readonly exitKey: number;
  readonly noAgents: number;
  readonly withdrawn: number;
  readonly callbackAccepted: number;
  readonly failed: number;
  readonly waiting: number;
  /** Answered within the threshold. */
  readonly inTime: number;
  readonly transferred: number;
  readonly overflowedOut: number;
  readonly overflowedIn: number;
  readonly callbacks: number;
  readonly resolvedWaitMs: number;
  readonly answeredWaitMs: number;
  readonly connectMs: number;
  /** Of answered visits whose hold is known. */
  readonly holdMs: number;
  readonly holdKnown: number;
  readonly holdKnownConnectMs: number;
  readonly longestWaitMs: number;
};

export const noVisits: VisitCounts = {
  offered: 0,
  answered: 0,
  abandoned: 0,
  shortAbandoned: 0,
  timeout: 0,
  exitKey: 0,
  noAgents: 0,
  withdrawn: 0,
  callbackAccepted: 0,
  failed: 0,
  waiting: 0,
  inTime: 0,
  transferred: 0,
  overflowedOut: 0,
  overflowedIn: 0,
  callbacks: 0,
  resolvedWaitMs: 0,
  answeredWaitMs: 0,
  connectMs: 0,
  holdMs: 0,
  holdKnown: 0,
  holdKnownConnectMs: 0,
  longestWaitMs: 0,
};

export const together = (some: VisitCounts, others: VisitCounts): VisitCounts => {
  const sums = Object.entries(some).map(([name, count]) => [name, count + others[name as keyof VisitCounts]]);
  return {
    ...(Object.fromEntries(sums) as VisitCounts),
    longestWaitMs: Math.max(some.longestWaitMs, others.longestWaitMs),
  };
};

/** Seconds with two decimals of ms that are counted so many times; null of none. */
const averageSeconds = (ms: number, count: number): number | null =>
  count === 0 ? null : Math.round(ms / count / 10) / 100;

/** The measures of docs/definitions.md: rates from the counts of the whole set, rounded once. */
export const measuresOf = (counts: VisitCounts) => {
  const { offered, answered, abandoned, shortAbandoned: short, waiting, callbackAccepted } = counts;
  const resolved = offered - waiting;
  return {
    total_calls: offered,
    answered_calls: answered,
    abandoned_calls: abandoned,
    short_abandoned_calls: short,
    other_exits: resolved - answered - abandoned,
    exits: {
      timeout: counts.timeout,
      exit_key: counts.exitKey,
      no_agents: counts.noAgents,
      withdrawn: counts.withdrawn,
      callback_accepted: callbackAccepted,
      failed: counts.failed,
    },
    waiting,
    answer_rate: percent(answered, resolved),
    abandon_rate: percent(abandoned - short, resolved - short),
    service_level: percent(counts.inTime, resolved - short - callbackAccepted),
    average_wait_time: averageSeconds(counts.resolvedWaitMs, resolved),
    average_speed_of_answer: averageSeconds(counts.answeredWaitMs, answered),
    average_talk_time: averageSeconds(counts.connectMs, answered),
    average_hold_time: averageSeconds(counts.holdMs, counts.holdKnown),
    average_talk_net: averageSeconds(counts.holdKnownConnectMs - counts.holdMs, counts.holdKnown),
    longest_wait_time: Math.floor(counts.longestWaitMs / 1000),
    transferred_calls: counts.transferred,
    overflowed_out: counts.overflowedOut,
    overflowed_in: counts.overflowedIn,
    callbacks: counts.callbacks,
  };
};
