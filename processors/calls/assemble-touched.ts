import type { CallRow } from '../../schemas/call-row.ts';
import { type DeadLetter, deadLetterOf } from '../../schemas/dead-letters.ts';
import type { RecordingRow } from '../../schemas/rows.ts';
import { type AssembledCall, assembleCallAndRecordings } from './assembly/assemble-call.ts';
import { assembleLinked, type LinkedCall } from './assembly/assemble-linked.ts';
import type { CallIdentity } from './assembly/identity.ts';
import { stage } from './intake.ts';
import type { OpenCall } from './open-calls.ts';

export type Assembled = {
  readonly calls: readonly CallRow[];
  readonly recordings: readonly RecordingRow[];
  /** Calls that could not be assembled: a bug of ours must not stop the others. */
  readonly failures: readonly DeadLetter[];
};

/** The rows of the calls that changed: those in groups with their groups, the others each by itself. */
export const assembleTouched = (
  touched: ReadonlyMap<string, OpenCall>,
  groups: readonly (readonly LinkedCall[])[],
): Assembled => {
  const calls: CallRow[] = [];
  const recordings: RecordingRow[] = [];
  const failures: DeadLetter[] = [];
  const run = (identity: CallIdentity, assemble: () => readonly AssembledCall[]): void => {
    try {
      for (const assembled of assemble()) {
        calls.push(assembled.call);
        recordings.push(...assembled.recordings);
      }
    } catch (error) {
      failures.push(failureLetter(identity, error));
    }
  };
  const grouped = new Set(groups.flat().map(({ identity }) => identity.call_id));
  for (const { identity, events } of touched.values()) {
    if (grouped.has(identity.call_id)) continue;
    run(identity, () => [assembleCallAndRecordings(identity, [...events.values()])]);
  }
  for (const group of groups) {
    const [first] = group;
    if (first !== undefined) run(first.identity, () => assembleLinked(group));
  }
  return { calls, recordings, failures };
};

const failureLetter = ({ tenant_id, call_id, call_started_at }: CallIdentity, error: unknown): DeadLetter => {
  const message = `the call's events are kept, but no row can be made of them: ${String(error)}`;
  return deadLetterOf(
    { code: 'ASSEMBLY_FAILED', message, field: '' },
    {
      tenant_id,
      stage,
      source: `calls/${call_id}`,
      switch_id: '',
      received_at: Math.floor(call_started_at / 1000) * 1000,
      raw: Buffer.from(call_id),
    },
  );
};
