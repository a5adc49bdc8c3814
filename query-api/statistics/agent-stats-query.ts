import { and, instantParam, ofTenant, type Query } from '../listing/keyset.ts';

/** How long before a day its state may have begun: as long as the agents processor looks back. */
const lookBackUs = 31 * 86_400_000_000;

const span = 'Tuple(kind String, from Int64, to Nullable(Int64))';

/** The days of an agent that have a part in a range of time (µs), and those before that tell how it began. */
export const agentDaysQuery = (tenantId: string, agentId: string, from: number, to: number): Query => {
  const { sql, params } = and(
    ofTenant(tenantId),
    `agent_id = {agent:String} AND day_at >= ${instantParam('earliest')} AND day_at < ${instantParam('to')}`,
    { agent: agentId, earliest: from - lookBackUs, to },
  );
  return {
    sql: `SELECT toUnixTimestamp64Micro(day_at) AS day,
  arrayMap(one -> CAST((one.kind, toUnixTimestamp64Micro(one.from), toUnixTimestamp64Micro(one.to)), '${span}'), spans) AS told
FROM agent_spans FINAL
WHERE ${sql.join('\n  AND ')}
ORDER BY day`,
    params,
  };
};
