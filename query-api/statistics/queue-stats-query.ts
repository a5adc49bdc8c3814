import { and, instantParam, ofTenant, type Query } from '../listing/keyset.ts';

export type QueueStatsAsked = {
  readonly queueId: string;
  /** µs, half-open. */
  readonly from: number;
  readonly to: number;
  /** Beginnings of the intervals, ascending, the first not after `from`. */
  readonly starts: readonly number[];
  readonly serviceLevelMs: number;
  readonly shortMs: number;
  /** Up to when those who still wait have waited. */
  readonly asOf: number;
};

/** A call that began longer before its caller entered the queue is not looked at: it would be the whole table. */
const longestBeforeEntryUs = 2 * 86_400_000_000;

const entered = 'visit.entered_at';
const isAnswered = "visit.outcome = 'answered'";

/** Of `VisitCounts`, by its names. */
const counts = `
  count() AS offered,
  countIf(${isAnswered}) AS answered,
  countIf(visit.outcome = 'abandoned') AS abandoned,
  countIf(visit.outcome = 'abandoned' AND visit.wait_ms < {short_ms:UInt64}) AS shortAbandoned,
  countIf(visit.outcome = 'timeout') AS timeout,
  countIf(visit.outcome = 'exit_key') AS exitKey,
  countIf(visit.outcome = 'no_agents') AS noAgents,
  countIf(visit.outcome = 'withdrawn') AS withdrawn,
  countIf(visit.outcome = 'callback_accepted') AS callbackAccepted,
  countIf(visit.outcome = 'failed') AS failed,
  countIf(visit.outcome = 'waiting') AS waiting,
  countIf(${isAnswered} AND visit.wait_ms <= {level_ms:UInt64}) AS inTime,
  countIf(${isAnswered} AND visit.ended_by = 'transfer') AS transferred,
  countIf(has(overflows.from_visit_id, visit.visit_id)) AS overflowedOut,
  countIf(has(overflows.to_visit_id, visit.visit_id)) AS overflowedIn,
  countIf(visit.origin = 'callback') AS callbacks,
  sumIf(visit.wait_ms, visit.outcome != 'waiting') AS resolvedWaitMs,
  sumIf(visit.wait_ms, ${isAnswered}) AS answeredWaitMs,
  sumIf(visit.connect_ms, ${isAnswered}) AS connectMs,
  sumIf(ifNull(visit.hold_ms, 0), ${isAnswered}) AS holdMs,
  countIf(${isAnswered} AND visit.hold_ms IS NOT NULL) AS holdKnown,
  sumIf(visit.connect_ms, ${isAnswered} AND visit.hold_ms IS NOT NULL) AS holdKnownConnectMs,
  max(if(visit.outcome = 'waiting', toUInt64(greatest(0, dateDiff('millisecond', assumeNotNull(${entered}), ${instantParam('as_of')}))), visit.wait_ms)) AS longestWaitMs`;

/** The visits to a queue that began within a range, counted by the interval in which each began. */
export const visitCountsQuery = (tenantId: string, asked: QueueStatsAsked): Query => {
  const { queueId, from, to, starts, serviceLevelMs, shortMs, asOf } = asked;
  const { sql, params } = and(
    ofTenant(tenantId),
    `call_started_at >= ${instantParam('earliest')} AND call_started_at < ${instantParam('to')}
  AND state != 'merged' AND visit.queue_id = {queue:String}
  AND ${entered} >= ${instantParam('from')} AND ${entered} < ${instantParam('to')}`,
    {
      queue: queueId,
      earliest: from - longestBeforeEntryUs,
      from,
      to,
      starts,
      level_ms: serviceLevelMs,
      short_ms: shortMs,
      as_of: asOf,
    },
  );
  return {
    sql: `SELECT roundDown(toUnixTimestamp64Micro(assumeNotNull(${entered})), {starts:Array(Int64)}) AS startsAt,${counts}
FROM calls FINAL
ARRAY JOIN queue_visits AS visit
WHERE ${sql.join('\n  AND ')}
GROUP BY startsAt`,
    params,
  };
};

/** How often a queue refused callers within a range. */
export const refusalsQuery = (tenantId: string, { queueId, from, to }: QueueStatsAsked): Query => {
  const { sql, params } = and(
    ofTenant(tenantId),
    `call_started_at >= ${instantParam('earliest')} AND call_started_at < ${instantParam('to')}
  AND state != 'merged' AND refusal.queue_id = {queue:String}
  AND refusal.at >= ${instantParam('from')} AND refusal.at < ${instantParam('to')}`,
    { queue: queueId, earliest: from - longestBeforeEntryUs, from, to },
  );
  return {
    sql: `SELECT refusal.reason AS reason, count() AS refused
FROM calls FINAL
ARRAY JOIN queue_refusals AS refusal
WHERE ${sql.join('\n  AND ')}
GROUP BY reason
ORDER BY reason`,
    params,
  };
};
