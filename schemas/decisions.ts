import type { CallRow } from './call-row.ts';

// Why a call's row says what it says: the rule that decided a field, and the event that made the rule hold. The codes
// are stable, and the sentences are shown with them; docs/definitions.md lists both.

export const rules = {
  disposition: {
    call_goes_on: 'The call has not ended.',
    screened: 'The switch told that the call was screened out.',
    caller_talked: 'The caller was connected with a person or a conference; this event began it.',
    mailbox_reached: 'The caller talked with nobody and came to a mailbox.',
    queue_told_abandoned: 'The switch told that the caller gave up waiting in the queue.',
    root_left_in_queue: 'The caller’s leg ended while it waited in a queue.',
    end_inferred: 'The end is inferred, and nothing tells how the call came out.',
    no_leg: 'No event tells of a leg.',
    queue_told_no_more: 'The caller went on from the queue, and nothing tells where to.',
    root_left_while_ringing: 'The caller’s leg ended while somebody rang.',
    callee_leg_busy: 'Of the legs called this one was busy.',
    callee_leg_rejected: 'Of the legs called none was busy, and this one rejected the call.',
    callee_leg_no_answer: 'Of the legs called none was busy or rejected the call, and this one did not answer.',
    callee_leg_failed: 'No leg called was busy, rejected the call or rang in vain, and this one failed.',
    nobody_took_it: 'Legs were called, none was taken, and none gave a reason.',
    root_leg_busy: 'Nobody else was called, and the caller’s leg ended as busy.',
    root_leg_rejected: 'Nobody else was called, and the caller’s leg was rejected.',
    root_leg_no_answer: 'Nobody else was called, and the caller’s leg was not answered.',
    root_leg_failed: 'Nobody else was called, and the caller’s leg failed.',
    root_left_before_calling: 'The caller’s leg ended in the ordinary way before anybody was called.',
  },
  answered_at: {
    never_connected: 'The caller was connected with nobody.',
    bridged: 'The caller was bridged with a leg that had answered.',
    answered_in_bridge: 'A leg that was bridged with the caller already answered.',
    entered_conference: 'The caller came into a conference.',
    queue_told: 'The queue told that an agent took the caller; nothing tells of bridges.',
  },
  ended_at: {
    call_goes_on: 'The call has not ended.',
    root_ended: 'The caller’s leg ended.',
    queue_told_end: 'The queue told when the caller left it or the agent; nothing tells of the legs.',
    others_talked_on: 'Others talked on after the caller’s leg had left; the last leg ended.',
    switch_ended_call: 'The switch told that the call is over, and not how the caller’s leg ended.',
    last_sign_of_life: 'No end was told; this closed the call at its last sign of life.',
  },
  ended_by: {
    call_goes_on: 'The call has not ended.',
    no_leg: 'No event tells of a leg.',
    end_inferred: 'No end was told; the call was closed for it.',
    far_end_hung_up: 'The switch told that the far end of this leg hung up in the last conversation.',
    queue_told: 'The queue told who ended the agent’s conversation.',
    leg_transferred: 'The leg that left the last conversation first was transferred away.',
    switch_ended_leg: 'The switch ended the leg that left the last conversation first.',
    leg_left_first: 'This leg left the last conversation first.',
    root_far_end_hung_up: 'The switch told that the far end of the caller’s leg hung up.',
    root_cancelled: 'The caller’s leg was cancelled.',
    switch_ended_root: 'The switch ended the caller’s leg.',
    gave_up_in_queue: 'The caller gave up waiting in a queue.',
    callee_far_end_hung_up: 'The switch told that the far end of a leg called hung up.',
    nobody_was_called: 'Nobody was called, and the end of the caller’s leg does not tell who wanted it.',
    root_left_first: 'The caller’s leg ended before any leg called had ended.',
    callee_left_first: 'A leg called had ended before the caller’s, and no event tells who hung up.',
  },
  hangup_cause: {
    no_end: 'No leg has told its end.',
    leg_left_first: 'The cause of the leg that left the last conversation first.',
    best_callee_leg: 'The cause of the leg called that tells most: busy, then rejected, then no answer.',
    root_leg: 'The cause of the caller’s leg: no leg called tells one.',
  },
  direction: {
    no_leg: 'No event tells of a leg.',
    root_from_trunk: 'The caller’s leg came in on a trunk.',
    root_called_on_trunk: 'The switch called the first leg on a trunk.',
    callee_on_trunk: 'The caller’s leg is one of our own, and a leg called went out on a trunk.',
    root_unknown: 'Nothing tells whether the caller’s leg is on a trunk or one of our own.',
    dialled_outside: 'The caller’s leg is one of our own, and it dialled an outside number.',
    own_legs: 'The caller’s leg is one of our own, and nothing went out.',
  },
} as const satisfies { readonly [Field in keyof CallRow]?: Readonly<Record<string, string>> };

export type DecidedField = keyof typeof rules;

export type RuleOf<Field extends DecidedField> = keyof (typeof rules)[Field] & string;

/** A field's value with the rule that gave it and the event that made the rule hold, empty where no event did. */
export type Decision<Field extends DecidedField> = {
  readonly value: CallRow[Field];
  readonly rule: RuleOf<Field>;
  readonly eventId: string;
};

/** The sentence of a stored rule; empty where this version does not know it. */
export const ruleText = (field: string, rule: string): string =>
  (rules as Readonly<Record<string, Readonly<Record<string, string>> | undefined>>)[field]?.[rule] ?? '';
