import { type ActionOf, attemptId, type Attempt } from '../../schemas/quarantine-actions.ts';
import { wayBack } from '../../schemas/ways-back.ts';
import type { Quarantined, Standings } from './quarantine-reader.ts';

/** How somebody wants a record to be redriven. */
export type Wish = {
  /** The corrected record; null to take it as it is kept. */
  readonly correction: Buffer | null;
  /** The switch it is of, where the record does not say it or may not. */
  readonly switchId: string | null;
  /** Whose events it becomes, for records of which nobody knows it. */
  readonly asTenantId: string;
};

export type Asker = { readonly tenantId: string; readonly actor: string; readonly nowUs: number };

export type Unredrivable = { readonly code: 'ALREADY_REDRIVEN' | 'NOT_REDRIVABLE'; readonly message: string };

const attemptOf = (
  found: Standings<Quarantined>,
  { tenantId, actor, nowUs }: Asker,
  id: string,
): Attempt & { at: number } => ({
  tenant_id: tenantId,
  quarantine_id: found.record.quarantine_id,
  attempt_id: id,
  actor,
  asked_at: nowUs,
  at: nowUs,
});

const alreadyRedriven: Unredrivable = {
  code: 'ALREADY_REDRIVEN',
  message: 'The record has been redriven: its events are in the log, and another correction would contradict them.',
};

const tenantUnknown: Unredrivable = {
  code: 'NOT_REDRIVABLE',
  message: 'Nobody knows whose record it is: name the tenant.',
};

/** The redrive that is asked for, or why it would be in vain. `kept` are the record's bytes. */
export const askToRedrive = (
  found: Standings<Quarantined>,
  kept: Buffer,
  wish: Wish,
  asker: Asker,
): { readonly asked: ActionOf<'asked'> } | { readonly refused: Unredrivable } => {
  const { record, standing } = found;
  if (standing?.status === 'redriven') return { refused: alreadyRedriven };
  const { asItIs: way, correctedIn, why } = wayBack(record);
  const { correction, switchId, asTenantId } = wish;
  if (correction === null ? way === null : correctedIn === null)
    return { refused: { code: 'NOT_REDRIVABLE', message: why || 'It is taken as it is: give no correction.' } };
  if (correction !== null && asTenantId === '') return { refused: tenantUnknown };
  const raw = correction ?? kept;
  const settled = standing?.settled ?? 0;
  const id = attemptId(asker.tenantId, record.quarantine_id, settled, raw, switchId ?? '', asTenantId);
  return {
    asked: {
      ...attemptOf(found, asker, id),
      step: 'asked',
      action: {
        way: correction === null && way !== null ? way : 'record',
        dialect: correctedIn ?? '',
        as_tenant_id: asTenantId,
        // Whoever names a switch here has a key for all of the tenant's.
        asked_switch_id: switchId ?? record.asked_switch_id,
        bound_switch_id: switchId === null ? boundSwitch(record) : '',
        corrected: correction !== null,
        raw,
      },
    },
  };
};

/** Letters of v1 say one switch only, named or bound: the record may then be of no other. */
const boundSwitch = ({ record_bytes, switch_id, bound_switch_id }: Quarantined): string =>
  record_bytes === 0 ? switch_id : bound_switch_id;

/** The dismissal, or why there is nothing to dismiss. */
export const askToDismiss = (
  found: Standings<Quarantined>,
  reason: string,
  asker: Asker,
): { readonly dismissed: ActionOf<'dismissed'> } | { readonly refused: Unredrivable } => {
  if (found.standing?.status === 'redriven') return { refused: alreadyRedriven };
  const settled = found.standing?.settled ?? 0;
  const id = attemptId(asker.tenantId, found.record.quarantine_id, settled, 'dismissed', reason);
  return { dismissed: { ...attemptOf(found, asker, id), step: 'dismissed', action: { reason } } };
};
