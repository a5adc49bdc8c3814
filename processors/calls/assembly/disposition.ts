import type { Disposition, LegRole } from '../../../schemas/call-row.ts';
import { q850Of } from '../../../schemas/q850.ts';
import { isWithdrawn } from './leg-ends.ts';
import type { Leg, LegEnd } from './legs.ts';
import type { Visit } from './queue-visits.ts';

export type Outcome = {
  readonly ended: boolean;
  readonly blocked: boolean;
  readonly answered: boolean;
  readonly reachedVoicemail: boolean;
  readonly inferred: boolean;
  readonly root: Leg | null;
  readonly legs: ReadonlyMap<string, Leg>;
  readonly roles: ReadonlyMap<string, LegRole>;
  readonly visits: readonly Visit[];
};

/** How the call came out: the first of the words that holds, in the order of docs/definitions.md. */
export const dispositionOf = (outcome: Outcome): Disposition => {
  if (!outcome.ended) return 'in_progress';
  if (outcome.blocked) return 'blocked';
  if (outcome.answered) return 'answered';
  if (outcome.reachedVoicemail) return 'voicemail';
  if (outcome.visits.at(-1)?.row.outcome === 'abandoned') return 'abandoned';
  if (outcome.inferred || outcome.root === null) return 'unknown';
  const callees = calleesOf(outcome);
  if (callees.length === 0) return withoutCallee(outcome.root);
  const { root } = outcome;
  if (callees.some((callee) => isLeftRinging(callee, root))) return 'cancelled';
  return byCause(callees.map((callee) => callee.end));
};

const calleesOf = ({ root, legs, roles }: Outcome): Leg[] =>
  [...legs.values()].filter((leg) => leg !== root && roles.get(leg.id) !== 'loser');

/** A switch takes back its calls a moment before it tells that the caller left, or after. */
const takingBackUs = 1_000_000;

const isLeftRinging = (callee: Leg, root: Leg): boolean => {
  if (root.endedAt === null || callee.answeredAt !== null) return false;
  if (callee.endedAt === null || callee.endedAt > root.endedAt) return true;
  const isTakenBack = isWithdrawn(callee.end) || failureOf(callee.end) === null;
  return isTakenBack && root.endedAt - callee.endedAt <= takingBackUs;
};

type Failure = Exclude<Disposition, 'in_progress' | 'answered' | 'voicemail' | 'abandoned' | 'blocked' | 'cancelled'>;

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

const byCause = (ends: readonly (LegEnd | null)[]): Disposition => {
  const failures = new Set(ends.map(failureOf));
  if (failures.has('busy')) return 'busy';
  if (failures.has('rejected')) return 'rejected';
  if (failures.has('no_answer')) return 'no_answer';
  if (failures.has('failed')) return 'failed';
  // Somebody rang, nobody took it, and no reason was given.
  return 'no_answer';
};

/** Nobody was called: the root's own end is all there is. */
const withoutCallee = (root: Leg): Disposition => {
  const failure = failureOf(root.end);
  if (failure !== null) return failure;
  return 'cancelled';
};
