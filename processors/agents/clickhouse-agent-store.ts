import type { ClickHouse } from '../../runtime/clickhouse.ts';
import { rowBinaryEncoder } from '../../runtime/row-binary.ts';
import type { AgentDayRow, AgentEventRow } from '../../schemas/agent-rows.ts';
import { agentDayColumns, agentEventColumns } from '../../schemas/clickhouse-columns.ts';
import type { AgentIdentity } from './assembly/agent-days.ts';
import type { AgentStore, StoredAgentEvent, SwitchIdentity } from './ports.ts';

const since = "occurred_at >= fromUnixTimestamp64Micro({since:Int64}, 'UTC')";

const eventsQuery = `
SELECT tenant_id, agent_id, base64Encode(event) AS event
FROM agent_events
WHERE tenant_id IN {tenants:Array(String)} AND agent_id IN {agents:Array(String)} AND ${since}`;

const startsQuery = `
SELECT tenant_id, agent_id, base64Encode(event) AS event
FROM agent_events
WHERE tenant_id IN {tenants:Array(String)} AND agent_id = '' AND switch_id IN {switches:Array(String)} AND ${since}`;

const agentsQuery = `
SELECT DISTINCT tenant_id, agent_id
FROM agent_events
WHERE tenant_id IN {tenants:Array(String)} AND agent_id != '' AND switch_id IN {switches:Array(String)} AND ${since}`;

/** The processor's tables in ClickHouse. */
export const agentStore = (clickhouse: ClickHouse): AgentStore => {
  const events = rowBinaryEncoder<AgentEventRow>(agentEventColumns);
  const days = rowBinaryEncoder<AgentDayRow>(agentDayColumns);
  const read = async (query: string, params: Readonly<Record<string, unknown>>): Promise<StoredAgentEvent[]> => {
    const rows = await clickhouse.query<AgentIdentity & { readonly event: string }>(query, params);
    return rows.map((row) => ({ ...row, event: Buffer.from(row.event, 'base64') }));
  };
  return {
    insertEvents: async (rows) => clickhouse.insertRows('agent_events', events.columns, events.encode(rows)),
    insertDays: async (rows) => clickhouse.insertRows('agent_spans', days.columns, days.encode(rows)),
    readEvents: async (agents, sinceUs) => {
      const wanted = new Set(agents.map(refOf));
      const asked = { tenants: tenantsOf(agents), agents: agents.map(({ agent_id }) => agent_id), since: sinceUs };
      // Two tenants may use one name; each was asked for its own.
      return (await read(eventsQuery, asked)).filter((row) => wanted.has(refOf(row)));
    },
    readStarts: async (switches, sinceUs) => read(startsQuery, { ...switchParams(switches), since: sinceUs }),
    findAgents: async (switches, sinceUs) =>
      clickhouse.query<AgentIdentity>(agentsQuery, { ...switchParams(switches), since: sinceUs }),
  };
};

const refOf = ({ tenant_id, agent_id }: AgentIdentity): string => `${tenant_id}\0${agent_id}`;

const tenantsOf = (rows: readonly { readonly tenant_id: string }[]): string[] => [
  ...new Set(rows.map(({ tenant_id }) => tenant_id)),
];

const switchParams = (switches: readonly SwitchIdentity[]): { tenants: string[]; switches: string[] } => ({
  tenants: tenantsOf(switches),
  switches: switches.map(({ switch_id }) => switch_id),
});
