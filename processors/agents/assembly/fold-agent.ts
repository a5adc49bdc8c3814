import type { AgentSpanRow } from '../../../schemas/agent-rows.ts';
import type { EventOf } from '../../../schemas/events.ts';
import type { AgentEvent } from '../agent-event.ts';
import { OpenSpans } from './open-spans.ts';
import { inOrder } from './precedence.ts';
import { takeSnapshot } from './snapshot.ts';

/** Scope of a pause that holds for all queues. */
const everywhere = '';

/**
 * What an agent did, from a set of events about it and the starts of its switches: spans in the order of time, those
 * that go on without an end. Pure and total; what a lost event left open is closed by what shows that it is over.
 */
export const foldAgent = (events: readonly AgentEvent[]): AgentSpanRow[] => {
  const spans = new OpenSpans();
  const completed = completedVisits(events);
  for (const event of inOrder(events)) {
    spans.expire(event.occurred_at);
    take(spans, event, completed);
  }
  return spans.rows();
};

const completedVisits = (events: readonly AgentEvent[]): ReadonlySet<string> =>
  new Set(events.flatMap((event) => (event.type === 'queue.completed' ? [event.payload.visit_id] : [])));

const take = (spans: OpenSpans, event: AgentEvent, completed: ReadonlySet<string>): void => {
  const { occurred_at: at, switch_id: switchId } = event;
  switch (event.type) {
    case 'agent.logged_in':
      return login(spans, event);
    case 'agent.logged_out':
      return logout(spans, event);
    case 'agent.queue_joined':
      return spans.begin({
        kind: 'queue',
        scope: event.payload.queue_id,
        at,
        switchId,
        queueId: event.payload.queue_id,
      });
    case 'agent.queue_left':
      return spans.endTold('queue', event.payload.queue_id, at);
    case 'agent.paused': {
      const scope = event.payload.queue_id ?? everywhere;
      return spans.begin({ kind: 'pause', scope, at, switchId, reason: event.payload.reason, queueId: scope });
    }
    case 'agent.unpaused':
      return unpause(spans, event);
    case 'agent.wrap_started':
      return wrapUp(spans, event);
    case 'agent.wrap_ended':
      for (const span of spans.of('wrap')) spans.end(span, at, true);
      return;
    case 'agent.snapshot':
      return takeSnapshot(spans, event, completed);
    case 'queue.offer_ended':
      return giveUp(spans, event);
    case 'queue.connected':
      return connect(spans, event, completed);
    case 'queue.completed':
      return complete(spans, event);
    case 'switch.started':
      return restart(spans, at, switchId);
  }
};

/** A session on a device that had one: the end of the earlier was lost. On another device it is a second. */
const login = (
  spans: OpenSpans,
  { occurred_at: at, switch_id: switchId, payload }: EventOf<'agent.logged_in'>,
): void => {
  const { session_id, device } = payload;
  for (const span of spans.of('login')) {
    if (span.device === device && span.scope !== session_id) spans.end(span, at, false);
  }
  spans.begin({ kind: 'login', scope: session_id, at, switchId, device });
};

/** An agent may go while it still talks: the contact goes on. */
const logout = (spans: OpenSpans, { occurred_at: at, payload }: EventOf<'agent.logged_out'>): void => {
  const known = spans.of('login').some(({ scope }) => scope === payload.session_id);
  for (const span of spans.of('login')) {
    if (!known || span.scope === payload.session_id) spans.end(span, at, true);
  }
  if (spans.of('login').length > 0) return;
  for (const kind of ['pause', 'wrap'] as const) for (const span of spans.of(kind)) spans.end(span, at, false);
};

/** One queue's pause may end within a pause of all. A pause of all ends with those of the queues. */
const unpause = (spans: OpenSpans, { occurred_at: at, payload }: EventOf<'agent.unpaused'>): void => {
  if (payload.queue_id !== null) return spans.endTold('pause', payload.queue_id, at);
  for (const { scope } of spans.of('pause')) spans.endTold('pause', scope, at);
};

const wrapUp = (spans: OpenSpans, event: EventOf<'agent.wrap_started'>): void => {
  const { occurred_at: at, switch_id: switchId, payload } = event;
  for (const span of spans.of('wrap')) spans.end(span, at, false);
  for (const span of spans.of('contact')) if (span.scope === payload.visit_id) spans.end(span, at, false);
  const until = payload.limit_ms === null || payload.limit_ms < 0 ? null : at + payload.limit_ms * 1000;
  spans.begin({ kind: 'wrap', scope: payload.visit_id, at, switchId, until });
};

/** The next caller ends the wrap-up, and an earlier contact whose end was never told. */
const connect = (
  spans: OpenSpans,
  { occurred_at: at, switch_id: switchId, payload }: EventOf<'queue.connected'>,
  completed: ReadonlySet<string>,
): void => {
  for (const span of spans.of('wrap')) spans.end(span, at, false);
  for (const span of spans.of('contact')) {
    if (span.scope !== payload.visit_id && !completed.has(span.scope)) spans.end(span, at, false);
  }
  spans.begin({ kind: 'contact', scope: payload.visit_id, at, switchId, queueId: payload.queue_id });
};

/** The caller left before the two were bridged: what a queue told as a connection was none. */
const giveUp = (spans: OpenSpans, { occurred_at: at, payload }: EventOf<'queue.offer_ended'>): void => {
  if (payload.outcome !== 'answered') spans.endTold('contact', payload.visit_id, at);
};

/** Of a contact whose beginning was lost the end may tell how long it was. */
const complete = (spans: OpenSpans, { occurred_at: at, payload }: EventOf<'queue.completed'>): void => {
  const { visit_id: scope, queue_id, connect_ms } = payload;
  const isOpen = spans.of('contact').some((span) => span.scope === scope);
  if (isOpen) return spans.endTold('contact', scope, at);
  if (connect_ms === null || connect_ms < 0) return;
  spans.add({ kind: 'contact', scope, from: at - connect_ms * 1000, to: at, reason: '', queue_id, told: true });
};

/** Nothing that a switch kept in its head outlives it; which queues an agent is in, it may know again. */
const restart = (spans: OpenSpans, at: number, switchId: string): void => {
  for (const kind of ['login', 'pause', 'contact', 'wrap'] as const) {
    for (const span of spans.of(kind)) if (span.switchId === switchId) spans.end(span, at, false);
  }
};
