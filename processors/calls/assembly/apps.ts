import type { App } from '../../../schemas/vocabulary.ts';
import type { Facets } from './facets.ts';
import type { Leg } from './legs.ts';

/** A leg's time with an application of the switch: a mailbox, a menu, a conference room. */
export type AppStay = {
  readonly legId: string;
  readonly app: App;
  readonly name: string;
  readonly mailbox: string;
  readonly from: number;
  readonly to: number | null;
  /** The event that told of it. */
  readonly eventId: string;
};

/** Applications in the order they were entered; one that was never left ends with its leg. */
export const foldApps = ({ apps }: Facets, legs: ReadonlyMap<string, Leg>): AppStay[] => {
  const stays: Open[] = [];
  const open = new Map<string, Open[]>();
  for (const event of apps) {
    if (event.leg_id === null) continue;
    const id = `${event.leg_id}\0${event.payload.app}`;
    if (event.type === 'app.entered') {
      const stay = {
        legId: event.leg_id,
        ...event.payload,
        from: event.occurred_at,
        to: null,
        eventId: event.event_id,
      };
      stays.push(stay);
      open.set(id, [...(open.get(id) ?? []).slice(-maxNested), stay]);
    } else {
      const left = open.get(id)?.findLast((stay) => stay.to === null && isNamed(stay, event.payload.name));
      if (left !== undefined) left.to = event.occurred_at;
    }
  }
  for (const stay of stays) stay.to ??= legs.get(stay.legId)?.endedAt ?? null;
  return stays;
};

type Open = {
  legId: string;
  app: App;
  name: string;
  mailbox: string;
  from: number;
  to: number | null;
  eventId: string;
};

/** A leg is in few applications at a time. */
const maxNested = 8;

const isNamed = (stay: AppStay, name: string): boolean => name === '' || stay.name === name;

/** Whether a caller came to somebody's mailbox. Who listens to their own messages did not. */
export const isMailboxReached = (stay: AppStay, callerNumber: string): boolean =>
  stay.app === 'voicemail' && !/main|check/i.test(stay.name) && (stay.mailbox === '' || stay.mailbox !== callerNumber);
