import type { Normalised, Source } from '../dialect.ts';
import { encodeEvent, contentHash } from '../../schemas/event-codec.ts';
import type { Event, EventOf, EventType } from '../../schemas/events.ts';

/** 2026-03-05, a day after the calls of the fixtures. */
export const nowUs = 1_772_704_800_000_000;

export const source = (given: Partial<Source> = {}): Source => ({
  tenantId: 'acme',
  observedAtUs: nowUs,
  askedSwitchId: null,
  boundSwitchId: null,
  ...given,
});

export const eventsOf = (normalised: Normalised): Event[] => {
  if ('rejection' in normalised) throw new Error(`rejected: ${JSON.stringify(normalised.rejection)}`);
  return normalised.events;
};

/** The one event of a type. */
export const only = <T extends EventType>(events: readonly Event[], type: T): EventOf<T> => {
  const [found, ...more] = events.filter((event) => event.type === type);
  if (found === undefined || more.length > 0) throw new Error(`${more.length + (found ? 1 : 0)} events ${type}`);
  return found as unknown as EventOf<T>;
};

export const rejectionOf = (normalised: Normalised): { code: string; field: string; message: string } => {
  if (!('rejection' in normalised)) throw new Error(`accepted: ${JSON.stringify(normalised.events)}`);
  return normalised.rejection;
};

/** What makes two deliveries of an event one. */
export const identity = (event: Event): string => `${event.event_id} ${contentHash(encodeEvent(event))}`;
