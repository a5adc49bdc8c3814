import type { CallRow } from '../../schemas/call-row.ts';
import type { DeadLetter } from '../../schemas/dead-letters.ts';
import type { RecordingRow } from '../../schemas/rows.ts';
import { type AssembledCall, assembleCallAndRecordings } from './assembly/assemble-call.ts';
import { deadLetter } from './intake.ts';
import type { OpenCall, OpenCalls } from './open-calls.ts';

export type Assembled = {
  readonly calls: readonly CallRow[];
  readonly recordings: readonly RecordingRow[];
  /** Calls that could not be assembled: a bug of ours must not stop the others. */
  readonly failures: readonly DeadLetter[];
};

/** The rows of every call in memory that has changed. */
export const assembleDirty = (memory: OpenCalls, nowMs: number): Assembled => {
  const calls: CallRow[] = [];
  const recordings: RecordingRow[] = [];
  const failures: DeadLetter[] = [];
  for (const [ref, call] of memory.takeDirty()) {
    const assembled = assemble(call);
    if ('code' in assembled) {
      failures.push(assembled);
      memory.settle(ref, call, nowMs);
      continue;
    }
    calls.push(assembled.call);
    recordings.push(...assembled.recordings);
    memory.settle(ref, call, assembled.call.state === 'active' ? null : nowMs);
  }
  return { calls, recordings, failures };
};

const assemble = ({ identity, events }: OpenCall): AssembledCall | DeadLetter => {
  try {
    return assembleCallAndRecordings(identity, [...events.values()]);
  } catch (error) {
    const [first] = events.values();
    const rejection = {
      code: 'ASSEMBLY_FAILED',
      message: `the call's events are kept, but no row can be made of them: ${String(error)}`,
      field: '',
    };
    const place = { raw: Buffer.from(identity.call_id), source: `calls/${identity.call_id}` };
    return deadLetter({ tenant_id: identity.tenant_id, switch_id: first?.switch_id ?? '' }, rejection, {
      ...place,
      timestampMs: Math.floor(identity.call_started_at / 1000),
    });
  }
};
