import type { Event } from './events.ts';

// A switch may tell no times (Asterisk's manager without `timestampevents`). An event is then placed at the earliest
// instant that its ids and spans allow, the same however often it is read; what follows from its neighbours is found
// where they are known.

/** Says in `extra` that `occurred_at` is such an earliest instant. */
export const untimedMark: Readonly<Record<string, string>> = { timed_by: 'ids' };

export const isUntimed = ({ extra }: Pick<Event, 'extra'>): boolean => extra['timed_by'] === untimedMark['timed_by'];
