import type { EventType } from '../../schemas/events.ts';
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

/** Which events of some calls are meant. */
export type EventsAsked = {
  readonly limit: number;
  /** Of these types only; all where it is left out. */
  readonly types?: readonly EventType[];
  /** Those strictly behind this place. */
  readonly after?: Key | null;
};

/** Within a call an event is named by its id and its content; linked calls may have one event each under one id. */
const place = "concat(event_id, ' ', content_hash, ' ', call_id)";

/** Events of some calls in the order of their times, each with its place in that order. */
export const callEventsQuery = (tenantId: string, calls: readonly Key[], asked: EventsAsked): Query => {
  const { types, after } = asked;
  let conditions = and(
    ofTenant(tenantId),
    "(call_started_at, call_id) IN (SELECT fromUnixTimestamp64Micro(key.1, 'UTC'), key.2 FROM (SELECT arrayJoin(arrayZip({ats:Array(Int64)}, {ids:Array(String)})) AS key))",
    { ats: calls.map(({ at }) => at), ids: calls.map(({ id }) => id) },
  );
  if (types !== undefined) conditions = and(conditions, 'type IN {types:Array(String)}', { types });
  if (after !== undefined && after !== null) {
    conditions = and(conditions, `(occurred_at, place) > (${instantParam('after_at')}, {after_place:String})`, {
      after_at: after.at,
      after_place: after.id,
    });
  }
  const { sql, params } = conditions;
  return {
    sql: `SELECT toUnixTimestamp64Micro(occurred_at) AS at, ${place} AS place, base64Encode(event) AS event
FROM call_events FINAL
WHERE ${sql.join('\n  AND ')}
ORDER BY occurred_at, place
LIMIT {limit:UInt32}`,
    params: { ...params, limit: asked.limit },
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
