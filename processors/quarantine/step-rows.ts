import type { RecordBatch } from '../../runtime/kafka.ts';
import { decodeQuarantineAction, type QuarantineAction } from '../../schemas/quarantine-actions.ts';
import type { QuarantineStepRow } from '../../schemas/rows.ts';

export type StepRows = {
  readonly rows: QuarantineStepRow[];
  /** Messages that are no actions, and why: nothing of a switch is in them, so they are only told. */
  readonly unreadable: readonly { readonly offset: string; readonly reason: string }[];
};

/** The rows of a batch of `quarantine-actions`. */
export const toStepRows = ({ messages }: RecordBatch): StepRows => {
  const rows: QuarantineStepRow[] = [];
  const unreadable: { offset: string; reason: string }[] = [];
  for (const { value, offset } of messages) {
    if (value === null) continue;
    const action = decodeQuarantineAction(value);
    if ('undecodable' in action) unreadable.push({ offset, reason: action.undecodable });
    else rows.push(toRow(action));
  }
  return { rows, unreadable };
};

const nothing = {
  corrected: false,
  switch_id: '',
  raw: Buffer.alloc(0),
  events: 0,
  event_ids: [],
  code: '',
  message: '',
  field: '',
};

const toRow = (told: QuarantineAction): QuarantineStepRow => {
  const { tenant_id, quarantine_id, attempt_id, actor, asked_at, at, step } = told;
  return { ...nothing, tenant_id, quarantine_id, attempt_id, actor, asked_at, at, step, ...saidBy(told) };
};

const saidBy = (told: QuarantineAction): Partial<QuarantineStepRow> => {
  switch (told.step) {
    case 'asked': {
      const { corrected, asked_switch_id, raw } = told.action;
      // The record's own bytes are with the record.
      return { corrected, switch_id: asked_switch_id, ...(corrected && { raw }) };
    }
    case 'redriven':
    case 'refused':
      return told.action;
    case 'dismissed':
      return { message: told.action.reason };
  }
};
