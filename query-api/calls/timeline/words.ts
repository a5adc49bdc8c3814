import type { Leg } from './facts.ts';
import type { CallDetailRow } from '../call-columns.ts';
import type { Entry } from './timeline.ts';

/** The state in words, for people. */
export const wordsOf = (entry: Entry, row: CallDetailRow): string => {
  const { state, name, legs } = entry;
  switch (state) {
    case 'setup':
      return 'being set up';
    case 'dialling':
      return `calling ${namesOf(legs)}`;
    case 'ringing':
      return `ringing ${namesOf(legs)}`;
    case 'in_switch':
      return 'with the switch alone';
    case 'announcement':
      return 'hearing an announcement';
    case 'ivr':
      return named('in the menu', name);
    case 'waiting':
      return waiting(entry);
    case 'talking':
      return `talking with ${namesOf(legs)}`;
    case 'in_conference':
      return named('in the conference', name);
    case 'on_hold':
      return legs.length === 0 ? 'on hold' : `on hold, while ${namesOf(legs)} talk`;
    case 'parked':
      return 'parked';
    case 'transferring':
      return named('being transferred', name && `to ${name}`) + ringing(legs);
    case 'voicemail':
      return 'in voicemail';
    case 'fax':
      return 'sending or receiving a fax';
    case 'ended':
      return ended(row);
  }
};

const named = (words: string, name: string): string => (name === '' ? words : `${words} ${name}`);

const waiting = ({ visit, position, legs }: Entry): string => {
  const place = position === null ? '' : `, entered at position ${position}`;
  return `${named('waiting in queue', visit?.queue_id ?? '')}${place}${ringing(legs)}`;
};

const ringing = (legs: readonly Leg[]): string => (legs.length === 0 ? '' : `, ringing ${namesOf(legs)}`);

const ended = ({ ended_by, hangup_cause }: CallDetailRow): string => {
  const by =
    ended_by === 'unknown' ? 'ended' : `ended by ${ended_by === 'transfer' ? 'a transfer' : `the ${ended_by}`}`;
  return hangup_cause === '' ? by : `${by}: ${hangup_cause}`;
};

const namesOf = (legs: readonly Leg[]): string => legs.map(nameOf).join(' and ') || 'somebody';

/** An agent by name and number, others by their number, else by the leg. */
const nameOf = ({ agentId, number, id }: Leg): string => {
  if (agentId === null) return number ?? id;
  return number === null || number === agentId ? agentId : `${agentId} (${number})`;
};
