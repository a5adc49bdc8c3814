import type { App } from '../../../schemas/vocabulary.ts';
import type { AppEvent, Facets } from './facets.ts';
import type { Leg } from './legs.ts';

/** A leg's time with an application of the switch: a mailbox, a menu, a conference room. */
export type AppStay = {
  readonly legId: string;
  readonly app: App;
  readonly name: string;
  readonly mailbox: string;
  readonly from: number;
  readonly to: number | null;
};

/** Applications in the order they were entered; one that was never left ends with its leg. */
export const foldApps = ({ apps }: Facets, legs: ReadonlyMap<string, Leg>): AppStay[] => {
  const stays: { legId: string; app: App; name: string; mailbox: string; from: number; to: number | null }[] = [];
  for (const event of apps) {
    if (event.leg_id === null) continue;
    if (event.type === 'app.entered') {
      stays.push({ legId: event.leg_id, ...event.payload, from: event.occurred_at, to: null });
      continue;
    }
    const open = stays.find((stay) => stay.to === null && isLeaving(event, stay));
    if (open !== undefined) open.to = event.occurred_at;
  }
  for (const stay of stays) stay.to ??= legs.get(stay.legId)?.endedAt ?? null;
  return stays;
};

const isLeaving = ({ leg_id, payload }: AppEvent, stay: AppStay): boolean =>
  stay.legId === leg_id && stay.app === payload.app && (payload.name === '' || stay.name === payload.name);

/** Whether a caller came to somebody's mailbox. Who listens to their own messages did not. */
export const isMailboxReached = (stay: AppStay, callerNumber: string): boolean =>
  stay.app === 'voicemail' && !/main|check/i.test(stay.name) && (stay.mailbox === '' || stay.mailbox !== callerNumber);
