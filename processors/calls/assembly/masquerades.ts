import type { Event, EventOf, EventType } from '../../../schemas/events.ts';
import type { Facets } from './facets.ts';

/**
 * When Asterisk picks up a call, it exchanges the two channels behind their ids: the id that rang is the picker's phone
 * from then on, and the picker's own id is that of the phone that rang, and ends. Here ids stay with their phones.
 */
export const throughMasquerades = (events: readonly Event[], { transfers }: Facets): readonly Event[] => {
  const swaps = transfers.filter(isMasquerade);
  return swaps.length === 0 ? events : events.map((event) => swaps.reduce(swapped, event));
};

type Transfer = EventOf<'leg.transferred'>;

const isMasquerade = ({ switch_kind, leg_id, payload }: Transfer): boolean =>
  switch_kind === 'asterisk' &&
  payload.kind === 'pickup' &&
  leg_id !== null &&
  payload.to_leg_id !== null &&
  payload.to_leg_id !== leg_id;

const afterwards: ReadonlySet<EventType> = new Set<EventType>([
  'leg.answered',
  'leg.bridged',
  'leg.unbridged',
  'leg.held',
  'leg.resumed',
  'leg.ended',
]);

const swapped = (event: Event, { occurred_at, leg_id: rung, payload: { to_leg_id: picker } }: Transfer): Event => {
  if (event.occurred_at < occurred_at || !afterwards.has(event.type)) return event;
  const swap = (id: string | null): string | null => (id === rung ? picker : id === picker ? rung : id);
  const [leg, other] = [swap(event.leg_id), swap(event.other_leg_id)];
  return leg === event.leg_id && other === event.other_leg_id ? event : { ...event, leg_id: leg, other_leg_id: other };
};
