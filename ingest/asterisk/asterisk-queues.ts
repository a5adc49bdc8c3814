import type { ContactEndedBy, LeaveOutcome } from '../../schemas/vocabulary.ts';

/** In queue_log a `|` inside a name is written `_`; elsewhere the same name must be the same. */
export const queueName = (name: string): string => name.replaceAll('|', '_');

/** What a queue's agents and callers may do to a conversation, as app_queue says it. */
export const contactEndedBy = (reason: string): ContactEndedBy =>
  reason === 'agent' || reason === 'caller' || reason === 'transfer' ? reason : 'unknown';

/** The variable QUEUESTATUS, with which a caller who was not served goes on. */
export const leaveOutcomes: ReadonlyMap<string, LeaveOutcome> = new Map([
  ['TIMEOUT', 'timeout'],
  ['LEAVEEMPTY', 'no_agents'],
  ['LEAVEUNAVAIL', 'no_agents'],
  ['WITHDRAW', 'withdrawn'],
]);
