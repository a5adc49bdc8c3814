import { and, instantParam, type Key, ofTenant, type Query } from '../listing/keyset.ts';
import { detailColumns } from './call-columns.ts';

/** The call at a place that its id tells, in whatever state: a merged one says which call it is part of. */
export const callQuery = (tenantId: string, { at, id }: Key): Query => {
  const { sql, params } = and(ofTenant(tenantId), `call_started_at = ${instantParam('at')} AND call_id = {id:String}`, {
    at,
    id,
  });
  return {
    sql: `SELECT ${detailColumns.join(',\n  ')}
FROM calls FINAL
WHERE ${sql.join('\n  AND ')}
LIMIT 1`,
    params,
  };
};

/** Events of some calls in the order of their times, at most `limit`. */
export const callEventsQuery = (tenantId: string, calls: readonly Key[], limit: number): Query => {
  const { sql, params } = and(
    ofTenant(tenantId),
    "(call_started_at, call_id) IN (SELECT fromUnixTimestamp64Micro(key.1, 'UTC'), key.2 FROM (SELECT arrayJoin(arrayZip({ats:Array(Int64)}, {ids:Array(String)})) AS key))",
    { ats: calls.map(({ at }) => at), ids: calls.map(({ id }) => id) },
  );
  return {
    sql: `SELECT base64Encode(event) AS event
FROM call_events FINAL
WHERE ${sql.join('\n  AND ')}
ORDER BY occurred_at, event_id, content_hash
LIMIT {limit:UInt32}`,
    params: { ...params, limit },
  };
};

/** The anchors of some call keys, which with the keys give the ids of their calls. */
export const anchorsQuery = (tenantId: string, callKeys: readonly string[]): Query => {
  const { sql, params } = and(ofTenant(tenantId), 'call_key IN (SELECT arrayJoin({keys:Array(String)}))', {
    keys: callKeys,
  });
  return {
    sql: `SELECT call_key, toUnixTimestamp64Micro(call_started_at) AS at
FROM call_anchors FINAL
WHERE ${sql.join('\n  AND ')}`,
    params,
  };
};
