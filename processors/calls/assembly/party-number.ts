import type { Leg } from './legs.ts';

/** The number of whoever is at the leg's far end: whom the switch called, or who called it. */
export const partyNumber = ({ facts }: Leg): string => {
  const [caller, dialled] = [facts.caller_number, readable(facts.dialled)];
  return facts.direction === 'in' ? caller || dialled : dialled || caller;
};

const uuid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

/** What was dialled, unless it is a name that the switch made for itself, as of a meeting's room or a user's phones. */
export const readable = (dialled: string): string => (uuid.test(dialled) ? '' : dialled);
