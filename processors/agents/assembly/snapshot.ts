import type { EventOf } from '../../../schemas/events.ts';
import type { OpenSpans } from './open-spans.ts';

/** Words of switches for what an agent does. */
const isLoggedOut = (status: string): boolean => /logged.?out|offline|unavailable/i.test(status);
const isPaused = (status: string): boolean => /paus|break/i.test(status);
const isTalking = (status: string): boolean => /call|talk|busy|contact/i.test(status);
const isWrapping = (status: string): boolean => /wrap|acw|clerical/i.test(status);

/** A session that only a snapshot tells of. */
const snapshotSession = 'snapshot';

/** The full state of an agent: closes what a lost event left open, and opens what one never opened. */
export const takeSnapshot = (
  spans: OpenSpans,
  { occurred_at: at, switch_id: switchId, payload }: EventOf<'agent.snapshot'>,
  completed: ReadonlySet<string>,
): void => {
  const { status, queue_ids: queueIds } = payload;
  const close = (kind: Parameters<OpenSpans['of']>[0], isOver: (scope: string) => boolean): void => {
    for (const span of spans.of(kind)) if (isOver(span.scope)) spans.end(span, at, false);
  };
  const isOut = isLoggedOut(status);
  if (isOut) close('login', () => true);
  else if (spans.of('login').length === 0) spans.begin({ kind: 'login', scope: snapshotSession, at, switchId });
  if (isOut || !isPaused(status)) close('pause', () => true);
  else if (spans.of('pause').length === 0) spans.begin({ kind: 'pause', scope: '', at, switchId });
  if (!isWrapping(status)) close('wrap', () => true);
  if (!isTalking(status)) close('contact', (scope) => !completed.has(scope));
  close('queue', (scope) => !queueIds.includes(scope));
  for (const queueId of queueIds) spans.begin({ kind: 'queue', scope: queueId, at, switchId, queueId });
};
