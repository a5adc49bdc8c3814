import type { AgentDayRow, AgentSpanRow } from '../../../schemas/agent-rows.ts';
import type { Event } from '../../../schemas/events.ts';
import { toEventSet } from '../../calls/assembly/event-set.ts';
import type { AgentEvent } from '../agent-event.ts';
import { agentEpoch } from '../agent-epoch.ts';
import { foldAgent } from './fold-agent.ts';

export const dayUs = 86_400_000_000;

/** A login of which nothing was heard for longer is not believed any more; so much is read to know how a day began. */
export const lookBackUs = 31 * dayUs;

/** An agent who tells more than this in a month is a fault of a switch. */
const maxEvents = 200_000;

export const dayOf = (us: number): number => Math.floor(us / dayUs) * dayUs;

export type AgentIdentity = { readonly tenant_id: string; readonly agent_id: string };

/** What is told of an agent, and the starts of the switches that tell it. */
export type AgentLog = { readonly own: readonly AgentEvent[]; readonly starts: readonly AgentEvent[] };

/**
 * The row of one day of an agent; null where nothing happened on it. A pure function of the events from `lookBackUs`
 * before the day to its end, whose number its version counts: whoever read more of them has the higher version. Starts
 * count of the switches that these events name.
 */
export const agentDay = (
  { tenant_id, agent_id }: AgentIdentity,
  dayAt: number,
  { own, starts }: AgentLog,
): AgentDayRow | null => {
  const isWithin = ({ occurred_at }: AgentEvent): boolean =>
    occurred_at >= dayAt - lookBackUs && occurred_at < dayAt + dayUs;
  const told = own.filter(isWithin);
  const switches = new Set(told.map(({ switch_id }) => switch_id));
  const restarts = starts.filter((event) => isWithin(event) && switches.has(event.switch_id));
  const set = toEventSet([...told, ...restarts], maxEvents);
  if (!set.events.some(({ occurred_at }) => occurred_at >= dayAt)) return null;
  return {
    tenant_id,
    agent_id,
    day_at: dayAt,
    version: agentEpoch * 2 ** 32 + set.distinct,
    spans: foldAgent(set.events as readonly AgentEvent[]).flatMap((span) => within(span, dayAt)),
    events: set.distinct,
    last_event_at: latest(set.events, ({ occurred_at }) => occurred_at),
    updated_at: latest(set.events, ({ observed_at }) => observed_at),
  };
};

const latest = (events: readonly Event[], of: (event: Event) => number): number =>
  events.reduce((at, event) => Math.max(at, of(event)), 0);

const within = (span: AgentSpanRow, dayAt: number): AgentSpanRow[] => {
  if (span.to !== null && span.to <= dayAt && !(span.from === span.to && span.from === dayAt)) return [];
  return [{ ...span, from: Math.max(span.from, dayAt) }];
};

/** The days with events that those at these instants have a part in. */
export const daysTouched = (instants: readonly number[], { own, starts }: AgentLog): number[] => {
  const told = new Set([...own, ...starts].map(({ occurred_at }) => dayOf(occurred_at)));
  const touched = new Set<number>();
  for (const day of new Set(instants.map(dayOf))) {
    for (const later of told) if (later >= day && later <= day + lookBackUs) touched.add(later);
  }
  return [...touched].sort((a, b) => a - b);
};
