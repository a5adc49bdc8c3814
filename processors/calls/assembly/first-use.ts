import type { Event } from '../../../schemas/events.ts';
import { isFailedBranch } from './leg-ends.ts';

/** A proxy gives up an INVITE after this long (RFC 3261 16.6, timer C): nothing of one that failed is told later. */
const timerCUs = 180_000_000;
/** Some of a proxy's records tell whole seconds. */
const toleranceUs = 1_000_000;

type Dialog = { answered: boolean; endedAt: number | null; reusedAt: number };

/**
 * The events of the first call of each SIP Call-ID. A broken phone uses its Call-ID again, and nothing else in a proxy's
 * records tells the calls apart: tags are swapped in the callee's requests and differ between branches. So a call that
 * begins again after its conversation ended, or long after it failed, is another one. Given in order; the same array
 * where there is but one call.
 */
export const firstUse = (events: readonly Event[]): readonly Event[] => {
  const dialogs = dialogsOf(events);
  if (![...dialogs.values()].some(({ reusedAt }) => reusedAt !== never)) return events;
  return events.filter(
    ({ call_key, switch_kind, occurred_at }) =>
      switch_kind !== 'kamailio' || occurred_at < (dialogs.get(call_key)?.reusedAt ?? never),
  );
};

const never = Number.POSITIVE_INFINITY;

const dialogsOf = (events: readonly Event[]): Map<string, Dialog> => {
  const dialogs = new Map<string, Dialog>();
  for (const event of events) {
    if (event.switch_kind !== 'kamailio') continue;
    const dialog = dialogs.get(event.call_key) ?? { answered: false, endedAt: null, reusedAt: never };
    dialogs.set(event.call_key, dialog);
    if (dialog.reusedAt === never) follow(dialog, event);
  }
  return dialogs;
};

const follow = (dialog: Dialog, event: Event): void => {
  if (event.type === 'leg.created') {
    if (isOver(dialog, event.occurred_at)) dialog.reusedAt = event.occurred_at;
  } else if (event.type === 'leg.answered') {
    dialog.answered = true;
    dialog.endedAt = null;
  } else if (event.type === 'leg.ended') {
    if (!(dialog.answered && isFailedBranch(event))) dialog.endedAt = event.occurred_at;
  }
};

const isOver = ({ answered, endedAt }: Dialog, at: number): boolean =>
  endedAt !== null && at > endedAt + (answered ? toleranceUs : timerCUs);
