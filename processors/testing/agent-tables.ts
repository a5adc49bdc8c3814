import type { RecordBatch } from '../../runtime/kafka.ts';
import type { AgentDayRow, AgentEventRow } from '../../schemas/agent-rows.ts';
import type { DeadLetter } from '../../schemas/dead-letters.ts';
import { runCycle } from '../agents/cycle.ts';
import type { AgentStores } from '../agents/ports.ts';
import type { Access } from './in-memory-tables.ts';
import { createReplacingTable, type ReplacingTable } from './replacing-table.ts';

export type AgentTables = {
  readonly events: ReplacingTable<AgentEventRow>;
  readonly days: ReplacingTable<AgentDayRow>;
  readonly deadLetters: ReplacingTable<DeadLetter>;
};

export const createAgentTables = (): AgentTables => ({
  events: createReplacingTable(
    (row) => `${row.tenant_id}\0${row.agent_id}\0${row.event_id}\0${row.content_hash}`,
    (row) => row.observed_order,
  ),
  days: createReplacingTable(
    (row) => `${row.tenant_id}\0${row.agent_id}\0${row.day_at}`,
    (row) => row.version,
  ),
  deadLetters: createReplacingTable((row) => row.quarantine_id),
});

/** The processor's stores over tables in memory; each access goes through `access`, which may delay or refuse it. */
export const agentTableStores = ({ events, days, deadLetters }: AgentTables, access: Access): AgentStores => {
  const since = (sinceUs: number): AgentEventRow[] => events.final().filter((row) => row.occurred_at >= sinceUs);
  return {
    agents: {
      insertEvents: async (rows) => access(() => events.insert(rows)),
      insertDays: async (rows) => access(() => days.insert(rows)),
      readEvents: async (agents, sinceUs) =>
        access(() =>
          since(sinceUs).filter((row) =>
            agents.some((agent) => agent.tenant_id === row.tenant_id && agent.agent_id === row.agent_id),
          ),
        ),
      readStarts: async (switches, sinceUs) =>
        access(() =>
          since(sinceUs).filter(
            (row) =>
              row.agent_id === '' &&
              switches.some((one) => one.tenant_id === row.tenant_id && one.switch_id === row.switch_id),
          ),
        ),
      findAgents: async (switches, sinceUs) =>
        access(() =>
          since(sinceUs).filter(
            (row) =>
              row.agent_id !== '' &&
              switches.some((one) => one.tenant_id === row.tenant_id && one.switch_id === row.switch_id),
          ),
        ),
    },
    deadLetters: { publish: async (letters) => access(() => deadLetters.insert(letters)) },
  };
};

/** The tables that the agents processor makes of records, in batches of a topic. */
export const agentTablesOf = async (
  batches: readonly (readonly Buffer[])[],
  topic = 'agent-events',
): Promise<AgentTables> => {
  const tables = createAgentTables();
  const stores = agentTableStores(tables, async (effect) => effect());
  let offset = 0;
  for (const values of batches) {
    const messages = values.map((value) => ({ offset: `${offset++}`, key: null, value, timestampMs: 0, headers: {} }));
    const batch: RecordBatch = { topic, partition: 0, messages, highWatermark: `${offset}` };
    await runCycle([batch], stores);
  }
  return tables;
};
