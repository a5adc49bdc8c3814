/**
 * Calls in progress without a look at all others: the filter on `state` finds, by its index, rows that say so, superseded
 * ones among them; of these calls alone the latest row is sought.
 */
export const activeCallsQuery = `
SELECT tenant_id, call_id, toString(toUnixTimestamp64Micro(call_started_at)) AS started_us, toString(max(version)) AS version
FROM calls
WHERE (tenant_id, call_started_at, call_id) IN (
  SELECT tenant_id, call_started_at, call_id FROM calls
  WHERE state = 'active' AND call_started_at < fromUnixTimestamp64Micro({before:Int64}, 'UTC')
)
GROUP BY tenant_id, call_started_at, call_id
HAVING argMax(state, calls.version) = 'active'`;

// A call id is unique: the other two conditions only lead the index to it.
export const summariesQuery = `
SELECT
  tenant_id, call_id, toString(toUnixTimestamp64Micro(call_started_at)) AS started_us, toString(version) AS version,
  call_key, state, toString(toUnixTimestamp64Micro(updated_at)) AS updated_us,
  (notEmpty(recordings) OR notEmpty(transcripts) OR notEmpty(costs) OR has(quality, 'end_inferred')) AS told_by_others,
  legs.leg_id AS leg_ids, legs.native_id AS leg_native_ids, legs.switch_id AS leg_switch_ids,
  arrayMap(at -> toString(toUnixTimestamp64Micro(at)), legs.created_at) AS legs_created_us,
  arrayMap(at -> at IS NULL, legs.ended_at) AS legs_open
FROM calls FINAL
WHERE tenant_id IN {tenants:Array(String)}
  AND call_started_at IN (SELECT fromUnixTimestamp64Micro(arrayJoin({starts:Array(Int64)}), 'UTC'))
  AND call_id IN {calls:Array(String)}`;

export const signsQuery = `
SELECT
  tenant_id, switch_id, boot_id, kind,
  toString(toUnixTimestamp64Micro(min(first_at))) AS first_us,
  toString(toUnixTimestamp64Micro(max(last_at))) AS last_us,
  toString(toUnixTimestamp64Micro(min(first_observed_at))) AS first_observed_us,
  toString(toUnixTimestamp64Micro(max(last_observed_at))) AS last_observed_us
FROM switch_signs
GROUP BY tenant_id, switch_id, boot_id, kind`;

export const channelListsQuery = `
SELECT base64Encode(event) AS event FROM switch_events
WHERE tenant_id = {tenant:String} AND switch_id = {switch:String} AND type = 'switch.channels'
  AND occurred_at >= fromUnixTimestamp64Micro({since:Int64}, 'UTC')
ORDER BY occurred_at DESC
LIMIT {limit:UInt32}`;

/** The anchors of what waits are found by their keys: only the waiting events are read whole. */
export const waitingCallsQuery = `
WITH waiting AS (
  SELECT tenant_id, call_key, count() AS events FROM unanchored_events
  GROUP BY tenant_id, call_key HAVING min(inserted_at) < fromUnixTimestamp({before:Int64})
)
SELECT tenant_id, call_key, toString(events) AS events FROM waiting
WHERE (tenant_id, call_key) NOT IN (
  SELECT tenant_id, call_key FROM call_anchors WHERE (tenant_id, call_key) IN (SELECT tenant_id, call_key FROM waiting)
)
LIMIT {limit:UInt32}`;
