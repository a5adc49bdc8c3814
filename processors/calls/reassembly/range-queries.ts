import { callColumns, recordingColumns } from '../../../schemas/clickhouse-columns.ts';

/** Calls by when they began (their anchor, µs): from inclusive, to exclusive; of one tenant, or of all. */
export type Range = { readonly fromUs: number; readonly toUs: number; readonly tenantId: string | null };

/** How far a walk is: everything up to this call is done. */
export type Cursor = { readonly tenantId: string; readonly at: number; readonly callId: string };

export type Query = { readonly sql: string; readonly params: Readonly<Record<string, unknown>> };

const micros = (name: string): string => `fromUnixTimestamp64Micro({${name}:Int64}, 'UTC')`;

const withinRange = `call_started_at >= ${micros('from')} AND call_started_at < ${micros('to')}`;

/** The tenants that have events of calls in the range, with roughly how many calls. */
export const tenantsQuery = ({ fromUs, toUs, tenantId }: Range): Query => ({
  sql: `SELECT tenant_id AS tenantId, uniqCombined(12)(call_started_at, call_id) AS calls
FROM call_events
WHERE ${withinRange}${tenantId === null ? '' : ' AND tenant_id = {tenant:String}'}
GROUP BY tenant_id ORDER BY tenant_id`,
  params: { from: fromUs, to: toUs, ...(tenantId !== null && { tenant: tenantId }) },
});

/**
 * The next events of a tenant's calls, by their calls alone. Rows are read in the order of the primary key and no more
 * than the limit, so the cost of a page does not depend on how many follow.
 */
export const nextCallsQuery = (tenant: string, { fromUs, toUs }: Range, after: Cursor | null, limit: number): Query => {
  const behind =
    after === null
      ? ''
      : `\n  AND call_started_at >= ${micros('after_at')}
  AND (call_started_at > ${micros('after_at')} OR call_id > {after_id:String})`;
  return {
    sql: `SELECT toUnixTimestamp64Micro(call_started_at) AS at, call_id AS callId
FROM call_events
WHERE tenant_id = {tenant:String} AND ${withinRange}${behind}
ORDER BY call_started_at, call_id
LIMIT {limit:UInt32}`,
    params: {
      tenant,
      from: fromUs,
      to: toUs,
      limit,
      ...(after !== null && { after_at: after.at, after_id: after.callId }),
    },
  };
};

/** The rows of calls as they are now. */
export const storedCallsQuery = (tenant: string, calls: readonly { at: number; callId: string }[]): Query => ({
  sql: `SELECT ${Object.keys(callColumns).join(', ')}
FROM calls FINAL
WHERE tenant_id = {tenant:String}
  AND (call_started_at, call_id) IN (SELECT fromUnixTimestamp64Micro(key.1, 'UTC'), key.2 FROM (SELECT arrayJoin(arrayZip({ats:Array(Int64)}, {ids:Array(String)})) AS key))`,
  params: { tenant, ats: calls.map(({ at }) => at), ids: calls.map(({ callId }) => callId) },
});

/** The rows of recordings as they are now. */
export const storedRecordingsQuery = (tenant: string, ids: readonly string[]): Query => ({
  sql: `SELECT ${Object.keys(recordingColumns).join(', ')}
FROM recordings FINAL
WHERE tenant_id = {tenant:String} AND recording_id IN {ids:Array(String)}`,
  params: { tenant, ids },
});
