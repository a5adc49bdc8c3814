import type { Leg } from './legs.ts';

/** The number of whoever is at the leg's far end: whom the switch called, or who called it. */
export const partyNumber = ({ facts }: Leg): string =>
  facts.direction === 'in' ? facts.caller_number || facts.dialled : facts.dialled || facts.caller_number;
