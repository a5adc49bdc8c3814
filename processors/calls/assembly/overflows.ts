import type { OverflowRow, QueueVisitRow, VisitOutcome } from '../../../schemas/call-row.ts';

/** Outcomes after which a dialplan sends the caller on to the next queue. */
const sentOn: ReadonlySet<VisitOutcome> = new Set<VisitOutcome>(['timeout', 'exit_key', 'no_agents', 'withdrawn']);

/** So soon after leaving one queue a caller has entered the next who was sent on by the first. */
const sentOnWithinUs = 5_000_000;
/** Sources that tell whole seconds may tell the entry a moment before the leaving. */
const toleranceUs = 1_000_000;

/** The visits that overflowed, each with the visit to another queue that it overflowed into. */
export const overflowsOf = (visits: readonly QueueVisitRow[]): OverflowRow[] => {
  const entered = visits.filter(({ entered_at }) => entered_at !== null);
  const inOrder = entered.sort((a, b) => (a.entered_at ?? 0) - (b.entered_at ?? 0));
  return inOrder.flatMap((visit, at) => {
    const next = inOrder[at + 1];
    if (next === undefined || next.queue_id === visit.queue_id || !sentOn.has(visit.outcome)) return [];
    const gapUs = (next.entered_at ?? 0) - (visit.left_at ?? Number.POSITIVE_INFINITY);
    const isSentOn = gapUs <= sentOnWithinUs && gapUs >= -toleranceUs;
    return isSentOn ? [{ from_visit_id: visit.visit_id, to_visit_id: next.visit_id }] : [];
  });
};
