import type { AgentEvent } from '../agent-event.ts';

/** What comes first among events of one instant: what begins before what ends, a contact before its wrap-up. */
const rank: Readonly<Record<AgentEvent['type'], number>> = {
  'switch.started': 0,
  'agent.logged_in': 1,
  'agent.queue_joined': 2,
  'agent.paused': 3,
  'agent.unpaused': 4,
  'agent.wrap_ended': 5,
  'queue.offer_ended': 6,
  'queue.connected': 7,
  'queue.completed': 8,
  'agent.wrap_started': 9,
  'agent.queue_left': 10,
  'agent.logged_out': 11,
  'agent.snapshot': 12,
};

/** The events in the one order in which they are folded: time, then kind, then the switch's sequence, then id. */
export const inOrder = (events: readonly AgentEvent[]): AgentEvent[] =>
  [...events].sort(
    (a, b) =>
      a.occurred_at - b.occurred_at ||
      rank[a.type] - rank[b.type] ||
      (a.native.seq ?? 0) - (b.native.seq ?? 0) ||
      (a.event_id < b.event_id ? -1 : a.event_id > b.event_id ? 1 : 0),
  );
