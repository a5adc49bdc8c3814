import type { RecordBatch } from '../../runtime/kafka.ts';
import type { AgentDayRow } from '../../schemas/agent-rows.ts';
import { decodeStored } from '../calls/stored-events.ts';
import type { AgentEvent } from './agent-event.ts';
import { type AgentIdentity, agentDay, dayOf, daysTouched, lookBackUs } from './assembly/agent-days.ts';
import { type Arrived, takeIn } from './intake.ts';
import type { AgentStore, AgentStores, StoredAgentEvent, SwitchIdentity } from './ports.ts';

export type CycleReport = {
  readonly events: number;
  readonly ignored: number;
  readonly days: number;
  /** Codes of the dead letters written. */
  readonly rejected: readonly string[];
};

/** An agent, and the instants of its events that came. */
type Touched = AgentIdentity & { readonly instants: number[] };

/**
 * Takes batches from the log into the tables: raw events first, then all events of the agents they are about, then the
 * days these make. When it resolves the batches may be committed; doing it again, by whomever, changes nothing. The
 * argument is that of calls (docs/decisions/0001-what-the-log-and-tables-hold.md), with an agent's day for a call.
 */
export const runCycle = async (batches: readonly RecordBatch[], stores: AgentStores): Promise<CycleReport> => {
  const { arrived, refused, ignored } = takeIn(batches);
  await Promise.all([
    arrived.length > 0 ? stores.agents.insertEvents(arrived.map(({ row }) => row)) : undefined,
    refused.length > 0 ? stores.deadLetters.publish(refused) : undefined,
  ]);
  const days = await foldTouched(await touchedBy(arrived, stores.agents), stores.agents);
  if (days.length > 0) await stores.agents.insertDays(days);
  return { events: arrived.length, ignored, days: days.length, rejected: refused.map(({ code }) => code) };
};

const refOf = ({ tenant_id, agent_id }: AgentIdentity): string => `${tenant_id}\0${agent_id}`;

/** The agents that events came of, and those of the switches that started: whoever of the two was first, the other looks. */
const touchedBy = async (arrived: readonly Arrived[], store: AgentStore): Promise<readonly Touched[]> => {
  const touched = new Map<string, Touched>();
  const touch = (agent: AgentIdentity, at: number): void => {
    const known = touched.get(refOf(agent));
    if (known === undefined) touched.set(refOf(agent), { ...agent, instants: [at] });
    else known.instants.push(at);
  };
  const starts = arrived.filter(({ event }) => event.type === 'switch.started');
  for (const { row } of arrived) if (row.agent_id !== '') touch(row, row.occurred_at);
  for (const { row } of starts) {
    for (const agent of await store.findAgents([row], row.occurred_at - lookBackUs)) touch(agent, row.occurred_at);
  }
  return [...touched.values()];
};

const foldTouched = async (touched: readonly Touched[], store: AgentStore): Promise<AgentDayRow[]> => {
  if (touched.length === 0) return [];
  const sinceUs = Math.min(...touched.map(({ instants }) => dayOf(Math.min(...instants)))) - lookBackUs;
  const told = eventsByAgent(await store.readEvents(touched, sinceUs));
  const restarts = await startsBySwitch([...told.values()].flat(), sinceUs, store);
  return touched.flatMap((agent) => {
    const own = told.get(refOf(agent)) ?? [];
    const starts = [...new Set(own.map(switchRef))].flatMap((ref) => restarts.get(ref) ?? []);
    const log = { own, starts };
    return daysTouched(agent.instants, log).flatMap((day) => agentDay(agent, day, log) ?? []);
  });
};

const eventsByAgent = (stored: readonly StoredAgentEvent[]): Map<string, AgentEvent[]> => {
  const events = new Map<string, AgentEvent[]>();
  for (const { event, ...agent } of stored) {
    const known = events.get(refOf(agent));
    const decoded = decodeStored(event) as AgentEvent;
    if (known === undefined) events.set(refOf(agent), [decoded]);
    else known.push(decoded);
  }
  return events;
};

const switchRef = ({ tenant_id, switch_id }: SwitchIdentity): string => `${tenant_id}\0${switch_id}`;

const startsBySwitch = async (
  events: readonly AgentEvent[],
  sinceUs: number,
  store: AgentStore,
): Promise<Map<string, AgentEvent[]>> => {
  const switches = new Map(
    events.map(({ tenant_id, switch_id }) => [switchRef({ tenant_id, switch_id }), { tenant_id, switch_id }]),
  );
  if (switches.size === 0) return new Map();
  const starts = (await store.readStarts([...switches.values()], sinceUs)).map(({ event }) => decodeStored(event));
  return Map.groupBy(starts as AgentEvent[], switchRef);
};
