import type { DecisionRow } from '../../../schemas/call-row.ts';
import type { DecidedField, Decision } from '../../../schemas/decisions.ts';
import type { AppStay } from './apps.ts';
import { directionOf } from './direction.ts';
import { dispositionOf } from './disposition.ts';
import { endedByOf } from './ended-by.ts';
import { type DecisiveEnd, decisiveEnd } from './hangup-cause.ts';
import type { Story } from './story.ts';

export type Decisions = { readonly [Field in Exclude<DecidedField, 'hangup_cause'>]: Decision<Field> } & {
  readonly hangup_cause: DecisiveEnd;
};

/** What the story comes to, each conclusion with the rule and the event that led to it. */
export const decisionsOf = (story: Story, mailbox: AppStay | undefined): Decisions => {
  const { root, legs, roles, end, visits, facets } = story;
  const inferred = end.rule === 'last_sign_of_life';
  const { answered, talks } = story.connection;
  return {
    disposition: dispositionOf({
      end,
      block: facets.blocks[0],
      answered,
      mailbox,
      inferred,
      root,
      legs,
      roles,
      visits,
    }),
    answered_at: answered,
    ended_at: end,
    ended_by: endedByOf({ end, inferred, root, legs, roles, talks, visits }),
    hangup_cause: decisiveEnd({ root, legs, roles, talks, answered: answered.value !== null }),
    direction: directionOf(root, legs, roles),
  };
};

/** The decisions as the row holds them. */
export const decisionRows = (decisions: Decisions): DecisionRow[] => [
  row('disposition', decisions.disposition),
  row('answered_at', decisions.answered_at),
  row('ended_at', decisions.ended_at),
  row('ended_by', decisions.ended_by),
  row('hangup_cause', { ...decisions.hangup_cause, eventId: decisions.hangup_cause.end?.causeEventId ?? '' }),
  row('direction', decisions.direction),
];

type Told = { readonly rule: string; readonly eventId: string };

const row = (field: DecidedField, { rule, eventId }: Told): DecisionRow => ({ field, rule, event_id: eventId });
