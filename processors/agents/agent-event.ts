import type { Event, EventOf, EventType } from '../../schemas/events.ts';

type OneOf<T extends EventType> = { [Type in T]: EventOf<Type> }[T];

/** What is told of an agent by name: its states, and the callers it was connected with. */
export type AgentsOwn = OneOf<
  | 'agent.logged_in'
  | 'agent.logged_out'
  | 'agent.queue_joined'
  | 'agent.queue_left'
  | 'agent.paused'
  | 'agent.unpaused'
  | 'agent.wrap_started'
  | 'agent.wrap_ended'
  | 'agent.snapshot'
  | 'queue.offer_ended'
  | 'queue.connected'
  | 'queue.completed'
>;

/** What an agent's time is folded from. */
export type AgentEvent = AgentsOwn | EventOf<'switch.started'>;

const types: ReadonlySet<EventType> = new Set<AgentEvent['type']>([
  'agent.logged_in',
  'agent.logged_out',
  'agent.queue_joined',
  'agent.queue_left',
  'agent.paused',
  'agent.unpaused',
  'agent.wrap_started',
  'agent.wrap_ended',
  'agent.snapshot',
  'queue.offer_ended',
  'queue.connected',
  'queue.completed',
  'switch.started',
]);

export const isAgentEvent = (event: Event): event is AgentEvent => types.has(event.type);

/** The agent that an event is about; empty for the start of a switch, which is about all of that switch. */
export const agentOf = (event: AgentEvent): string => (event.type === 'switch.started' ? '' : event.payload.agent_id);
