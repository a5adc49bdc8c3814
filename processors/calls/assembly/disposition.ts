import type { LegRole } from '../../../schemas/call-row.ts';
import type { Decision } from '../../../schemas/decisions.ts';
import { q850Of } from '../../../schemas/q850.ts';
import type { Event } from '../../../schemas/events.ts';
import type { AppStay } from './apps.ts';
import { isWithdrawn } from './leg-ends.ts';
import type { Leg, LegEnd } from './legs.ts';
import type { Visit } from './queue-visits.ts';
import { isAsked } from './roles.ts';

export type Outcome = {
  readonly end: Decision<'ended_at'>;
  /** The first event that told that the call was screened out. */
  readonly block: Event | undefined;
  readonly answered: Decision<'answered_at'>;
  /** The first mailbox that the caller came to. */
  readonly mailbox: AppStay | undefined;
  /** Whether the end of the call is an inference of the closing rules. */
  readonly inferred: boolean;
  readonly root: Leg | null;
  readonly legs: ReadonlyMap<string, Leg>;
  readonly roles: ReadonlyMap<string, LegRole>;
  readonly visits: readonly Visit[];
};

/** How the call came out: the first of the words that holds, in the order of docs/definitions.md. */
export const dispositionOf = (outcome: Outcome): Decided => {
  const { root, end, block, answered, mailbox, inferred } = outcome;
  if (end.value === null) return { value: 'in_progress', rule: 'call_goes_on', eventId: '' };
  if (block !== undefined) return { value: 'blocked', rule: 'screened', eventId: block.event_id };
  if (answered.value !== null) return { value: 'answered', rule: 'caller_talked', eventId: answered.eventId };
  if (mailbox !== undefined) return { value: 'voicemail', rule: 'mailbox_reached', eventId: mailbox.eventId };
  const visit = outcome.visits.at(-1);
  if (visit?.row.outcome === 'abandoned') return abandoned(visit, root);
  if (inferred) return { value: 'unknown', rule: 'end_inferred', eventId: end.eventId };
  if (root === null) return { value: 'unknown', rule: 'no_leg', eventId: end.eventId };
  if (!root.own && root.end === null) return { value: 'unknown', rule: 'queue_told_no_more', eventId: end.eventId };
  const callees = calleesOf(outcome);
  if (callees.length === 0) return withoutCallee(root);
  if (callees.some((callee) => isLeftRinging(callee, root))) {
    return { value: 'cancelled', rule: 'root_left_while_ringing', eventId: root.endedBy };
  }
  return byCause(callees);
};

type Decided = Decision<'disposition'>;

const abandoned = ({ leftEventId }: Visit, root: Leg | null): Decided =>
  leftEventId === ''
    ? { value: 'abandoned', rule: 'root_left_in_queue', eventId: root?.endedBy ?? '' }
    : { value: 'abandoned', rule: 'queue_told_abandoned', eventId: leftEventId };

const calleesOf = ({ root, legs, roles }: Outcome): Leg[] =>
  [...legs.values()].filter((leg) => leg !== root && isAsked(roles.get(leg.id)));

/** A switch takes back its calls a moment before it tells that the caller left, or after. */
const takingBackUs = 1_000_000;

/** The switch, or who is behind it, ended the caller's leg: the caller did not leave. */
const isEndedByUs = ({ end }: Leg): boolean => end?.ended_by === 'switch' || end?.ended_by === 'near';

const isLeftRinging = (callee: Leg, root: Leg): boolean => {
  if (isEndedByUs(root)) return false;
  if (root.endedAt === null || callee.answeredAt !== null) return false;
  if (callee.endedAt === null || callee.endedAt > root.endedAt) return true;
  const isTakenBack = isWithdrawn(callee.end) || failureOf(callee.end) === null;
  return isTakenBack && root.endedAt - callee.endedAt <= takingBackUs;
};

/** From the one that tells most. */
const failures = ['busy', 'rejected', 'no_answer', 'failed'] as const;

type Failure = (typeof failures)[number];

/** What an end says of a callee; null where it is an ordinary one, which tells nothing. */
const failureOf = (end: LegEnd | null): Failure | null => {
  if (end === null || isWithdrawn(end)) return null;
  const { sip_code: code } = end;
  if (code === 480 || code === 408) return 'no_answer';
  const cause = q850Of(code, end.cause_q850);
  switch (cause) {
    case 17:
      return 'busy';
    case 21:
      return 'rejected';
    case 18:
    case 19:
    case 102:
      return 'no_answer';
    case null:
    case 16:
      return null;
    default:
      return 'failed';
  }
};

const byCause = (callees: readonly Leg[]): Decided => {
  const found = callees.map(({ end }) => failureOf(end));
  for (const failure of failures) {
    const leg = callees[found.indexOf(failure)];
    if (leg !== undefined) return { value: failure, rule: `callee_leg_${failure}`, eventId: causeOf(leg) };
  }
  // Somebody rang, nobody took it, and no reason was given.
  return { value: 'no_answer', rule: 'nobody_took_it', eventId: callees.at(-1)?.endedBy ?? '' };
};

/** Nobody was called: the root's own end is all there is. */
const withoutCallee = (root: Leg): Decided => {
  const failure = failureOf(root.end);
  if (failure !== null) return { value: failure, rule: `root_leg_${failure}`, eventId: causeOf(root) };
  return { value: 'cancelled', rule: 'root_left_before_calling', eventId: root.endedBy };
};

const causeOf = ({ end }: Leg): string => end?.causeEventId ?? '';
