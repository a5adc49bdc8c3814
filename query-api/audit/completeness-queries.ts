import { instantParam, type Query } from '../listing/keyset.ts';

/** Whose messages, received when: whole hours, as seconds since the epoch; null = every switch. */
export type Asked = {
  readonly tenantId: string;
  readonly switchId: string | null;
  readonly from: number;
  readonly to: number;
};

/** A figure of one switch and hour. */
export type HourFigure = { readonly switch_id: string; readonly hour: number };

const paramsOf = ({ tenantId, switchId, from, to }: Asked): Query['params'] => ({
  tenant: tenantId,
  from_us: from * 1_000_000,
  to_us: to * 1_000_000,
  ...(switchId !== null && { switch_id: switchId }),
});

const ofTenant = ({ switchId }: Asked): string =>
  `tenant_id = {tenant:String}${switchId === null ? '' : ' AND switch_id = {switch_id:String}'}`;

const within = (instant: string): string =>
  `${instant} >= ${instantParam('from_us')} AND ${instant} < ${instantParam('to_us')}`;

const hourOf = (instant: string): string => `toUnixTimestamp(toStartOfHour(${instant}))`;

/** The same as `within` of rows that keep 2^53 − 1 − µs, so that of equal ones the first is kept. */
const latest = 'toUInt64(9007199254740991)';
const receivedWithin = `observed_order <= ${latest} - {from_us:UInt64} AND observed_order > ${latest} - {to_us:UInt64}`;
const receivedAt = `fromUnixTimestamp64Micro(toInt64(${latest} - observed_order), 'UTC')`;

/** Hours of switches that one report has at most. */
export const mostHours = 10_000;

/** Messages in the log, and how many of them bear a number of a sender that numbers one by one. */
export const publishedQuery = (asked: Asked): Query => ({
  sql: `SELECT switch_id, toUnixTimestamp(hour) AS hour, sum(messages) AS published,
  sum(arrayCount(seq -> seq >= 0, seqs)) AS numbered, formatDateTime(max(counted_at), '%FT%TZ', 'UTC') AS as_of
FROM log_ledger FINAL
WHERE ${ofTenant(asked)} AND ${within('hour')}
GROUP BY switch_id, hour
LIMIT ${mostHours + 1}`,
  params: paramsOf(asked),
});

/** Every identity of the hours that are asked for, once, with the first of the hours that has it. */
const identitiesWithin = (asked: Asked): string => `SELECT switch_id, identity, min(hour) AS first
  FROM log_ledger FINAL ARRAY JOIN identities AS identity
  WHERE ${ofTenant(asked)} AND ${within('hour')}
  GROUP BY switch_id, identity`;

/** Different messages, each in the first hour that it came. */
export const distinctQuery = (asked: Asked): Query => ({
  sql: `SELECT switch_id, toUnixTimestamp(first) AS hour, count() AS distinct
FROM (${identitiesWithin(asked)})
GROUP BY switch_id, hour`,
  params: paramsOf(asked),
});

/** Those of them that had come already before the hours that are asked for. */
export const earlierQuery = (asked: Asked): Query => ({
  sql: `SELECT switch_id, toUnixTimestamp(first) AS hour, count() AS earlier
FROM (${identitiesWithin(asked)})
WHERE (switch_id, identity) IN (
  SELECT switch_id, identity
  FROM log_ledger FINAL ARRAY JOIN identities AS identity
  WHERE ${ofTenant(asked)} AND hour < ${instantParam('from_us')}
    AND (switch_id, identity) IN (SELECT switch_id, identity FROM (${identitiesWithin(asked)}))
)
GROUP BY switch_id, hour`,
  params: paramsOf(asked),
});

/**
 * Events that the tables hold, each in the hour it was first received. Copies of an event share the day they are
 * sorted by, so only days with events of these hours are read.
 */
export const acceptedQuery = (asked: Asked): Query => ({
  sql: `SELECT switch_id, ${hourOf('received')} AS hour, count() AS accepted FROM (
  ${receivedOf(asked, 'call_events', 'call_started_at')}
  UNION ALL
  ${receivedOf(asked, 'agent_events', 'occurred_at', " AND startsWith(type, 'agent.')")}
  UNION ALL
  ${receivedOf(asked, 'switch_events', 'occurred_at')}
)
WHERE ${within('received')}
GROUP BY switch_id, hour`,
  params: paramsOf(asked),
});

/** Of a table that keeps events as a set: whose each is and when it was first received. `at` is of its sort key. */
const receivedOf = (
  asked: Asked,
  table: string,
  at: string,
  more = '',
): string => `SELECT switch_id, ${receivedAt} AS received
  FROM ${table} FINAL
  WHERE ${ofTenant(asked)}${more} AND toDate(${at}) IN (
    SELECT DISTINCT toDate(${at}) FROM ${table} WHERE tenant_id = {tenant:String} AND ${receivedWithin}
  )`;

/** Events that wait for their call's beginning. */
export const waitingQuery = (asked: Asked): Query => ({
  sql: `SELECT switch_id, ${hourOf(receivedAt)} AS hour, count() AS waiting
FROM unanchored_events FINAL
WHERE ${ofTenant(asked)} AND ${receivedWithin}
  AND call_key NOT IN (SELECT call_key FROM call_anchors WHERE tenant_id = {tenant:String})
GROUP BY switch_id, hour`,
  params: paramsOf(asked),
});

/** Refused records, those that nobody has settled, and those whose number cannot be read. */
export const quarantinedQuery = (asked: Asked): Query => ({
  sql: `SELECT switch_id, ${hourOf('received_at')} AS hour, count() AS quarantined,
  countIf(quarantine_id NOT IN (
    SELECT quarantine_id FROM quarantine_steps WHERE tenant_id = {tenant:String} AND step IN ('redriven', 'dismissed')
  )) AS unsettled,
  countIf(native_seq IS NULL) AS unnumbered
FROM quarantined_records FINAL
WHERE ${ofTenant(asked)} AND ${within('received_at')}
  AND stage IN ('ingest', 'calls', 'agents', 'closing') AND code != 'ASSEMBLY_FAILED'
GROUP BY switch_id, hour`,
  params: paramsOf(asked),
});

/** A range of numbers that a boot of a switch left out. */
export type GapFound = HourFigure & { readonly boot_id: string; readonly from_seq: number; readonly to_seq: number };

export const mostGaps = 1000;

/**
 * Numbers that are missing between two that came, in the hour of the second; of each boot that was heard in these
 * hours all numbers are looked at, whenever they came.
 */
export const gapsQuery = (asked: Asked): Query => ({
  sql: `SELECT switch_id, boot_id, toUnixTimestamp(hour) AS hour, before + 1 AS from_seq, seq - 1 AS to_seq
FROM (
  SELECT switch_id, boot_id, seq, hour, lagInFrame(seq, 1, seq) OVER (
    PARTITION BY switch_id, boot_id ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
  ) AS before
  FROM (
    SELECT switch_id, boot_id, seq, min(hour) AS hour
    FROM log_ledger FINAL ARRAY JOIN seqs AS seq
    WHERE ${ofTenant(asked)} AND seq >= 0 AND (switch_id, boot_id) IN (
      SELECT DISTINCT switch_id, boot_id FROM log_ledger WHERE ${ofTenant(asked)} AND ${within('hour')}
    )
    GROUP BY switch_id, boot_id, seq
  )
)
WHERE seq - before > 1 AND ${within('hour')}
ORDER BY switch_id, boot_id, from_seq
LIMIT ${mostGaps + 1}`,
  params: paramsOf(asked),
});

/** Ranges that adapters say they did not get. */
export const adapterGapsQuery = (asked: Asked): Query => ({
  sql: `SELECT DISTINCT switch_id, boot_id, toUnixTimestamp(hour) AS hour, gap.1 AS from_seq, gap.2 AS to_seq
FROM log_ledger FINAL ARRAY JOIN arrayZip(gap_from, gap_to) AS gap
WHERE ${ofTenant(asked)} AND ${within('hour')}
ORDER BY switch_id, boot_id, from_seq
LIMIT ${mostGaps + 1}`,
  params: paramsOf(asked),
});
