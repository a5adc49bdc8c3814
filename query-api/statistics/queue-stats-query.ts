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

/** Named one by one, so that nothing else of the visits is read. */
const visitColumns = `
  queue_visits.visit_id AS visit_id,
  queue_visits.queue_id AS visit_queue_id,
  queue_visits.entered_at AS visit_entered_at,
  queue_visits.outcome AS visit_outcome,
  queue_visits.origin AS visit_origin,
  queue_visits.wait_ms AS visit_wait_ms,
  queue_visits.connect_ms AS visit_connect_ms,
  queue_visits.hold_ms AS visit_hold_ms,
  queue_visits.ended_by AS visit_ended_by`;

const entered = 'visit_entered_at';
const isAnswered = "visit_outcome = 'answered'";

/** Of `VisitCounts`, by its names. */
const counts = `
  count() AS offered,
  countIf(${isAnswered}) AS answered,
  countIf(visit_outcome = 'abandoned') AS abandoned,
  countIf(visit_outcome = 'abandoned' AND visit_wait_ms < {short_ms:UInt64}) AS shortAbandoned,
  countIf(visit_outcome = 'timeout') AS timeout,
  countIf(visit_outcome = 'exit_key') AS exitKey,
  countIf(visit_outcome = 'no_agents') AS noAgents,
  countIf(visit_outcome = 'withdrawn') AS withdrawn,
  countIf(visit_outcome = 'callback_accepted') AS callbackAccepted,
  countIf(visit_outcome = 'failed') AS failed,
  countIf(visit_outcome = 'waiting') AS waiting,
  countIf(${isAnswered} AND visit_wait_ms <= {level_ms:UInt64}) AS inTime,
  countIf(${isAnswered} AND visit_ended_by = 'transfer') AS transferred,
  countIf(has(overflows.from_visit_id, visit_id)) AS overflowedOut,
  countIf(has(overflows.to_visit_id, visit_id)) AS overflowedIn,
  countIf(visit_origin = 'callback') AS callbacks,
  sumIf(visit_wait_ms, visit_outcome != 'waiting') AS resolvedWaitMs,
  sumIf(visit_wait_ms, ${isAnswered}) AS answeredWaitMs,
  sumIf(visit_connect_ms, ${isAnswered}) AS connectMs,
  sumIf(ifNull(visit_hold_ms, 0), ${isAnswered}) AS holdMs,
  countIf(${isAnswered} AND visit_hold_ms IS NOT NULL) AS holdKnown,
  sumIf(visit_connect_ms, ${isAnswered} AND visit_hold_ms IS NOT NULL) AS holdKnownConnectMs,
  max(if(visit_outcome = 'waiting', toUInt64(greatest(0, dateDiff('millisecond', assumeNotNull(${entered}), ${instantParam('as_of')}))), visit_wait_ms)) AS longestWaitMs`;

/** The visits to a queue that began within a range, counted by the interval in which each began. */
export const visitCountsQuery = (tenantId: string, asked: QueueStatsAsked): Query => {
  const { queueId, from, to, starts, serviceLevelMs, shortMs, asOf } = asked;
  const { sql, params } = and(
    ofTenant(tenantId),
    `call_started_at >= ${instantParam('earliest')} AND call_started_at < ${instantParam('to')}
  AND state != 'merged' AND visit_queue_id = {queue:String}
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
ARRAY JOIN${visitColumns}
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
