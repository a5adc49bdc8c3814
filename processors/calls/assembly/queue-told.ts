import { endAt, type Leg } from './legs.ts';
import type { Visit } from './queue-visits.ts';
import type { Talk } from './talks.ts';
import type { VisitFacts } from './visit-fold.ts';

// queue_log tells of callers in queues and of nothing else: no leg speaks for itself, no bridge is told. What the queue
// saw is then all there is of the call.

export const isToldByQueuesOnly = (legs: ReadonlyMap<string, Leg>): boolean =>
  legs.size > 0 && [...legs.values()].every((leg) => !leg.own);

/** Ends the caller's leg with the last visit, as far as a queue saw it. */
export const closeByQueues = (legs: ReadonlyMap<string, Leg>, visits: readonly VisitFacts[]): void => {
  const last = visits.at(-1);
  const caller = legs.get(last?.callerLegId ?? '');
  if (last === undefined || caller === undefined || caller.endedAt !== null || !isToldByQueuesOnly(legs)) return;
  if (last.completedAt !== null) endAt(caller, last.completedAt, last.completedEventId);
  else if (last.leftAt !== null) endAt(caller, last.leftAt, last.leftEventId);
};

/** Conversations by the queues' word, of a switch that tells no bridges. */
export const toldTalks = (visits: readonly Visit[], horizon: number): Talk[] =>
  visits.flatMap(({ callerLegId, row, takenEventId: eventId }) => {
    const agent = row.agent_leg_id || row.agent_id;
    const from = row.outcome === 'answered' ? row.connected_at : null;
    if (from === null || callerLegId === null || agent === '') return [];
    return [
      { a: callerLegId, b: agent, from, to: Math.max(from, row.ended_at ?? horizon), rule: 'queue_told', eventId },
    ];
  });
